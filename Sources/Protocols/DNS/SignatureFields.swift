// Signatures of record sets (RFC 4034 section 3).

import Primitives

/// The content of an RRSIG record but for the signature, and the bytes that are signed.
package struct SignatureFields: Equatable, Sendable {
  package var typeCovered: RecordType
  /// 13 is ECDSA with P-256 and SHA-256 (RFC 6605).
  package var algorithm: UInt8
  /// Labels of the owner without root and without a leading `*` (RFC 4034 section 3.1.3).
  package var labels: UInt8
  /// Seconds.
  package var originalTTL: UInt32
  /// Seconds since 1970 modulo 2^32.
  package var expiration: UInt32
  package var inception: UInt32
  package var keyTag: UInt16
  /// The zone.
  package var signer: DomainName

  package init(
    covering type: RecordType, owner: DomainName, algorithm: UInt8, originalTTL: UInt32,
    expiration: UInt32, inception: UInt32, keyTag: UInt16, signer: DomainName
  ) {
    self.init(
      covering: type, labels: UInt8(owner.labelCount - (owner.isWildcard ? 1 : 0)),
      algorithm: algorithm, originalTTL: originalTTL, expiration: expiration,
      inception: inception, keyTag: keyTag, signer: signer)
  }

  /// Of a set whose owner has `labels` labels, counted as `labels` says.
  package init(
    covering type: RecordType, labels: UInt8, algorithm: UInt8, originalTTL: UInt32,
    expiration: UInt32, inception: UInt32, keyTag: UInt16, signer: DomainName
  ) {
    typeCovered = type
    self.algorithm = algorithm
    self.labels = labels
    self.originalTTL = originalTTL
    self.expiration = expiration
    self.inception = inception
    self.keyTag = keyTag
    self.signer = signer
  }

  /// Appends the content's fields, which the signature follows on the wire, the signer's name in
  /// canonical form.
  package func append(to output: inout [UInt8]) {
    output.appendUInt16(typeCovered.rawValue)
    output.append(algorithm)
    output.append(labels)
    output.appendUInt32(originalTTL)
    output.appendUInt32(expiration)
    output.appendUInt32(inception)
    output.appendUInt16(keyTag)
    for byte in signer.bytes { output.append(byte.asciiLowercased) }
  }

  /// Appends what is signed: the fields and the set in canonical form and order, each record once
  /// (RFC 4034 sections 3.1.8.1 and 6). `contents` is a run of contents; `owner` a name in wire form,
  /// of which a wildcard stands for what it made.
  package func appendSigned(
    owner: Span<UInt8>, contents: Span<UInt8>, to output: inout [UInt8]
  ) {
    append(to: &output)
    var head: [UInt8] = []
    let extra = owner.labelCount - Int(labels)
    if extra > 0 { head += [1, 0x2a] }
    let name = owner.droppingLabels(max(extra, 0))
    for index in 0..<name.count { head.append(name[index].asciiLowercased) }
    head.appendUInt16(typeCovered.rawValue)
    head.appendUInt16(RecordClass.internet.rawValue)
    head.appendUInt32(originalTTL)
    var last: [UInt8]?
    for content in Self.sorted(typeCovered, contents) where content != last {
      output += head
      output.appendUInt16(UInt16(content.count))
      output += content
      last = content
    }
  }

  /// The canonical contents of a run in canonical order (RFC 4034 section 6.3): as bytes.
  private static func sorted(_ type: RecordType, _ contents: Span<UInt8>) -> [[UInt8]] {
    var sorted: [[UInt8]] = []
    var index = 0
    while index + 2 <= contents.count {
      let end = index + 2 + Int(contents.uint16(at: index))
      precondition(end <= contents.count)
      var content: [UInt8] = []
      RDATA.appendCanonical(type, contents.extracting((index + 2)..<end), to: &content)
      sorted.append(content)
      index = end
    }
    if sorted.count > 1 { sorted.sort { $0.lexicographicallyPrecedes($1) } }
    return sorted
  }
}
