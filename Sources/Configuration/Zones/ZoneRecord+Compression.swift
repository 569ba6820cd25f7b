// The compression settings of a zone as bytes in the store.

import ContentCoding
import Primitives

extension ZoneRecord {
  /// Settings that are all as usual are left out: most zones have no others.
  static func write(_ compression: CompressionConfiguration, _ record: inout RecordWriter) {
    let usual = CompressionConfiguration()
    guard compression != usual else { return }
    record.write(12) { inner in
      inner.write(1, compression.isEnabled)
      for coding in compression.codings {
        inner.write(2, CompressionConfiguration.name(coding))
      }
      if compression.mediaTypes != usual.mediaTypes {
        for type in compression.mediaTypes { inner.write(3, type) }
      }
      inner.write(4, compression.minimumBytes)
      inner.write(5, compression.gzipLevel)
      inner.write(6, compression.brotliQuality)
      inner.write(7, compression.concurrentResponses)
    }
  }

  static func readCompression(_ bytes: Span<UInt8>) -> CompressionConfiguration {
    var record = RecordReader(fields: bytes)
    var compression = CompressionConfiguration()
    compression.codings = []
    var mediaTypes: [String] = []
    while let tag = record.nextTag() {
      switch tag {
      case 1: compression.isEnabled = record.flag
      case 2:
        // A coding that is not known here is a later program's.
        if let coding = CompressionConfiguration.coding(named: record.text) {
          compression.codings.append(coding)
        }
      case 3: mediaTypes.append(record.text)
      case 4: compression.minimumBytes = record.number
      case 5: compression.gzipLevel = record.number
      case 6: compression.brotliQuality = record.number
      case 7: compression.concurrentResponses = record.number
      default: continue
      }
    }
    if !mediaTypes.isEmpty { compression.mediaTypes = mediaTypes }
    return compression.isUsable ? compression : CompressionConfiguration()
  }
}
