// A zone's records in the order in which they are transferred.

import DNS
import Primitives

/// Goes through a zone set by set, so that a transfer can stop anywhere and go on in another turn: the
/// SOA, all else, and the SOA again (RFC 5936 section 2.2).
///
/// Of a signed zone it gives what any signer of files would have made: keys, signatures, and a chain of
/// NSEC records, for servers that can't sign.
struct ZoneWalk {
  private let image: ZoneImage
  private let order: SigningOrder?
  private var phase = Phase.first
  /// The place in the list of names, and within the name.
  private var index = 0
  private var step = 0
  /// Where the next set of the name is.
  private var offset = 0
  private var owner: [UInt8] = []
  private var next: [UInt8] = []
  private var content: [UInt8] = []

  /// What is gone through: the SOA, names (in order, of a signed zone), names below delegations.
  private enum Phase { case first, names, others, last, done }

  /// What came of a step.
  enum Outcome {
    case more
    case done
    /// A signature has to be made, in another turn.
    case later
    case failed
  }

  init(_ image: ZoneImage, order: SigningOrder?) {
    self.image = image
    self.order = order
  }

  /// Appends the next set to `list`.
  mutating func advance(into list: inout RecordList, signer: ZoneSigner?) -> Outcome {
    let image = self.image.bytes
    let reader = ImageReader(image.span)
    switch phase {
    case .first, .last:
      let soa = reader.soa
      list.append(
        owner: reader.apex, type: .soa, ttl: soa.ttl, contents: reader.contents(of: soa))
      phase = phase == .first ? .names : .done
      return phase == .done ? .done : .more
    case .names, .others: return advanceName(into: &list, signer, reader)
    case .done: return .done
    }
  }

  private func node(at index: Int, _ reader: borrowing ImageReader) -> Int? {
    guard let order else { return index < reader.nodeCount ? index : nil }
    let list = phase == .names ? order.names : order.others
    return index < list.count ? Int(list[index]) : nil
  }

  private mutating func advanceName(
    into list: inout RecordList, _ signer: ZoneSigner?, _ reader: borrowing ImageReader
  ) -> Outcome {
    guard let node = node(at: index, reader) else {
      phase = phase == .names && order != nil ? .others : .last
      index = 0
      return .more
    }
    if step == 0 {
      Self.putName(of: node, reader, into: &owner)
      offset = reader.firstSet(of: node)
    }
    let sets = reader.setCount(of: node)
    let isSigned = order != nil && phase == .names
    if step < sets {
      let set = reader.recordSet(at: offset)
      let outcome = append(set, node, signer, isSigned: isSigned, reader, to: &list)
      guard outcome == .more else { return outcome }
      offset = set.end
      step += 1
    } else if isSigned {
      guard let signer else { return .failed }
      let outcome = appendExtra(step - sets, node, signer, reader, to: &list)
      guard outcome == .more else { return outcome }
      step += 1
    }
    let types = node == 0 ? signer?.signing.types ?? [] : []
    let extras = isSigned ? 1 + types.count : 0
    if step >= sets + extras {
      index += 1
      step = 0
    }
    return .more
  }

  /// Puts the name of `node` into `name`.
  static func putName(
    of node: Int, _ reader: borrowing ImageReader, into name: inout [UInt8]
  ) {
    name.removeAll(keepingCapacity: true)
    var node = node
    while node > 0 {
      name.append(reader.label(of: node))
      node = reader.parent(of: node)
    }
    name.append(reader.apex)
  }

  // MARK: - Sets

  /// Appends a set of the zone, but for the SOA, and its signature.
  private func append(
    _ set: ImageReader.RecordSet, _ node: Int, _ signer: ZoneSigner?, isSigned: Bool,
    _ reader: borrowing ImageReader, to list: inout RecordList
  ) -> Outcome {
    let contents = reader.contents(of: set)
    let isCut = reader.flags(of: node) & ZoneImage.NodeFlag.cut != 0
    // At a delegation the rest is the child's (RFC 4035 section 2.2).
    if isSigned, !isCut || set.type == .ds {
      let outcome = sign(
        .init(type: set.type, ttl: set.ttl), contents, signer, to: &list)
      guard outcome == .more else { return outcome }
    }
    if set.type != .soa {
      list.append(owner: owner.span, type: set.type, ttl: set.ttl, contents: contents)
    }
    return .more
  }

  private func sign(
    _ subject: ZoneSigner.Subject, _ contents: Span<UInt8>, _ signer: ZoneSigner?,
    to list: inout RecordList
  ) -> Outcome {
    guard let signer else { return .failed }
    switch signer.sign(owner.span, subject, contents) {
    case .later: return .later
    case .failed: return .failed
    case .done:
      let record = signer.record
      list.append(owner: owner.span, type: .rrsig, ttl: subject.ttl, contents: record.span)
      return .more
    }
  }

  /// Appends what signing adds to a name: the keys at the apex, and the denial of all between this name
  /// and the next.
  private mutating func appendExtra(
    _ number: Int, _ node: Int, _ signer: ZoneSigner, _ reader: borrowing ImageReader,
    to list: inout RecordList
  ) -> Outcome {
    let types = signer.signing.types
    if node == 0, number < types.count {
      guard let contents = signer.signing.contents(of: types[number]) else { return .more }
      return append(
        .init(type: types[number], ttl: NameServiceLimits.keyTTL), contents, signer, to: &list)
    }
    Self.putName(of: self.node(at: index + 1, reader) ?? 0, reader, into: &next)
    let next = self.next
    content.removeAll(keepingCapacity: true)
    content.appendUInt16(0)
    NSEC.append(next: next.span, types: Self.types(of: node, signer.signing, reader), to: &content)
    let length = content.count - 2
    content[0] = UInt8(truncatingIfNeeded: length >> 8)
    content[1] = UInt8(truncatingIfNeeded: length)
    return append(
      .init(type: .nsec, ttl: reader.negativeTTL, isPassing: true), content, signer, to: &list)
  }

  private func append(
    _ subject: ZoneSigner.Subject, _ contents: [UInt8], _ signer: ZoneSigner,
    to list: inout RecordList
  ) -> Outcome {
    let outcome = sign(subject, contents.span, signer, to: &list)
    if outcome == .more {
      list.append(
        owner: owner.span, type: subject.type, ttl: subject.ttl, contents: contents.span)
    }
    return outcome
  }

  /// The types of a name, in rising order.
  private static func types(
    of node: Int, _ signing: ZoneSigning, _ reader: borrowing ImageReader
  ) -> [RecordType] {
    var types = node == 0 ? signing.types : []
    let isCut = reader.flags(of: node) & ZoneImage.NodeFlag.cut != 0
    var offset = reader.firstSet(of: node)
    for _ in 0..<reader.setCount(of: node) {
      let set = reader.recordSet(at: offset)
      if !isCut || set.type == .ns || set.type == .ds { types.append(set.type) }
      offset = set.end
    }
    return types.sorted { $0.rawValue < $1.rawValue }
  }
}
