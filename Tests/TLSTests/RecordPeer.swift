// The other end of a record layer, which can also break the rules.

import COpenSSL
import Primitives

@testable import TLS

/// Two record layers with each other's keys: ours, and a peer's that can seal anything.
final class RecordPeer {
  let suites: RecordSuites
  let suite: RecordSuite
  let ours: RecordLayer
  let peer: RecordLayer

  init(
    _ suite: RecordSuite = .aes128GCM, suites: RecordSuites? = nil, recordsPerKey: UInt64 = 1 << 24
  ) throws {
    let suites = try suites ?? RecordSuites()
    self.suites = suites
    self.suite = suite
    func keys(_ seed: UInt8, isSealing: Bool) -> TrafficKeys {
      let secret = (0..<suite.secretBytes).map { UInt8(truncatingIfNeeded: $0) &+ seed }
      return TrafficKeys(secret.span, contexts: suites[suite], isSealing: isSealing)
    }
    ours = RecordLayer(
      receiving: keys(1, isSealing: false), sending: keys(2, isSealing: true),
      recordsPerKey: recordsPerKey)
    peer = RecordLayer(receiving: keys(2, isSealing: false), sending: keys(1, isSealing: true))
  }

  /// A record of the peer's whose content, type and padding are `inner`, whatever they are.
  func forge(_ inner: [UInt8]) throws -> [UInt8] {
    guard let last = inner.last else { throw TLSError.internalFailure("nothing to forge") }
    let payload = inner.count + RecordFormat.tagBytes
    var record: [UInt8] = [23, 3, 3, UInt8(payload >> 8), UInt8(payload & 255)]
    record += [UInt8](repeating: 0, count: payload)
    let isSealed = unsafe inner.withUnsafeBufferPointer { bytes in
      unsafe record.withUnsafeMutableBufferPointer { room in
        unsafe peer.sending.withContext { context, nonce in
          unsafe skerry_record_seal(
            context, nonce, bytes.baseAddress, bytes.count - 1, last, room.baseAddress)
        }
      }
    }
    guard isSealed else { throw TLSError.internalFailure("not sealed") }
    return record
  }

  /// What `layer` makes of the records in `bytes`: its data, and how it ended if it did.
  func read(_ layer: RecordLayer, _ bytes: [UInt8]) -> (data: [UInt8], end: End?) {
    var data: [UInt8] = []
    var position = 0
    var buffer = [UInt8](repeating: 0, count: 20_000)
    while position < bytes.count {
      do throws(RecordFault) {
        let rest = bytes.span.extracting(position..<bytes.count)
        guard let count = try RecordLayer.payloadCount(rest.extracting(first: 5)),
          rest.count >= 5 + count
        else { return (data, .incomplete) }
        let record = Array(bytes[position..<position + 5 + count])
        position += 5 + count
        var failure: RecordFault?
        var content = RecordLayer.Content.nothing
        unsafe record.withUnsafeBufferPointer { record in
          unsafe buffer.withUnsafeMutableBufferPointer { room in
            guard let start = record.baseAddress else { return }
            do throws(RecordFault) {
              content = try unsafe layer.open(start, payload: count, into: room)
            } catch { failure = error }
          }
        }
        if let failure { throw failure }
        switch content {
        case .data(let count): data += buffer[..<count]
        case .nothing: break
        case .closeNotify: return (data, .closeNotify)
        case .alert(let number): return (data, .alert(number))
        }
      } catch { return (data, .fault(error.alert)) }
    }
    return (data, nil)
  }

  /// How reading ended.
  enum End: Equatable {
    case incomplete
    case closeNotify
    case alert(UInt8)
    case fault(TLSAlert)
  }
}
