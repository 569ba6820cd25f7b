// One transfer of a zone, message by message.

import DNS
import Primitives
import Runtime

/// Writes the messages of a transfer to one client, from one snapshot, however the zone changes
/// meanwhile. It holds its place between turns. Confined to its loop.
final class ZoneTransfer {
  let zone: NameZone
  let snapshot: NameZoneSnapshot
  /// The serial number of what the client has; nil if it wants all.
  let serial: SerialNumber?
  private let header: DNSHeader
  private let question: [UInt8]
  /// The response's OPT record; empty if there is none.
  private let opt: [UInt8]
  /// Bytes that a response over UDP may have.
  private let datagramBytes: Int
  /// Where it goes.
  private let network: UInt64
  private var session: TSIGSession?
  private var walk: ZoneWalk?
  private var list = RecordList()
  /// What follows it, the next one last: none is copied.
  private var following: [RecordList] = []
  /// Where the next entry of the list is, and its next content; 0 for the first.
  private var place = 0
  private var contentPlace = 0
  private var isFirst = true
  private var isCounted = false
  private var madeSigner: ZoneSigner?

  /// A transfer that answers the query that `responder` has read in `message`.
  init(
    _ zone: NameZone, _ responder: borrowing Responder, _ message: Span<UInt8>,
    serial: SerialNumber?, session: TSIGSession?
  ) {
    self.zone = zone
    snapshot = zone.snapshot
    self.serial = serial
    self.session = session
    var header = DNSHeader(responseTo: responder.query.header)
    header.isAuthoritative = true
    self.header = header
    var question: [UInt8] = []
    question.append(message.extracting(DNSHeader.length..<responder.query.questionEnd))
    self.question = question
    opt = responder.optRecord
    datagramBytes = responder.limit(isStream: false)
    network = responder.address.prefixHash
  }

  deinit { if isCounted { uncount() } }

  /// Counts it among those that are under way; false if there are too many.
  func begin() -> Bool {
    guard zone.server.transfers.begin(network: network, zoneCount: zone.transferCount) else {
      return false
    }
    zone.transferCount += 1
    isCounted = true
    return true
  }

  private func uncount() {
    zone.transferCount -= 1
    zone.server.transfers.end(network: network)
  }

  /// Whether what to send must be found first.
  var needsPlan: Bool { serial != nil || snapshot.signing != nil }

  /// Sends what `plan` says.
  func use(_ plan: TransferPlan) {
    switch plan {
    case .whole(let order): walk = ZoneWalk(snapshot.image, order: order)
    case .differences(let differences):
      appendSOA()
      following = [list, differences]
    }
  }

  /// Sends the SOA alone: the client has what there is, or is to ask over TCP (RFC 1995 section 2).
  func useSOA() { appendSOA() }

  private func appendSOA() {
    let image = snapshot.image.bytes
    let reader = ImageReader(image.span)
    let soa = reader.soa
    list.append(owner: reader.apex, type: .soa, ttl: soa.ttl, contents: reader.contents(of: soa))
  }

  /// Signs for the snapshot, also when the zone has another key meanwhile; nil if it is not signed.
  private var signer: ZoneSigner? {
    guard let signing = snapshot.signing else { return nil }
    if let signer = zone.signer, signer.isFor(signing) { return signer }
    madeSigner = madeSigner ?? zone.server.makeSigner(signing)
    return madeSigner
  }

  // MARK: - Messages

  /// What became of a message.
  enum Written {
    case message(length: Int, isLast: Bool)
    /// Nothing is written yet: signatures have to be made in another turn.
    case later
    case failed
  }

  /// Writes the next message into `room`, within `limitBytes`.
  func write(
    into room: inout MutableSpan<UInt8>, seconds: UInt64, limitBytes: Int = DNSLimits.messageBytes
  ) -> Written {
    if let outcome = fill(seconds) { return outcome }
    let (question, opt) = (self.question, self.opt)
    let reserved = (session?.recordBytes ?? 0) + (isFirst ? opt.count : 0)
    var writer = DNSMessageWriter(
      room._mutatingExtracting(0..<room.count), limitBytes: limitBytes - reserved)
    if isFirst, !writer.appendQuestion(question.span) { return .failed }
    guard putEntries(&writer) else { return .failed }
    let written = writer.finish(header)
    let hasOPT = isFirst && !opt.isEmpty
    isFirst = false
    guard let length = finish(&room, written, seconds, hasOPT: hasOPT) else { return .failed }
    return .message(length: length, isLast: list.isEmpty && following.isEmpty && walk == nil)
  }

  /// Writes what `plan` says as one message of a bounded length, or the SOA alone if that is too long: the
  /// client is to ask over TCP (RFC 1995 section 2). Its length, and whether it is all.
  func writeDatagram(
    _ plan: TransferPlan, into room: inout MutableSpan<UInt8>, seconds: UInt64
  ) -> (length: Int, isWhole: Bool) {
    let unused = session
    // What is far longer is not even copied; what is compressed may be a few times shorter.
    if case .differences(let differences) = plan, differences.bytes.count <= 4 * datagramBytes {
      use(plan)
      if case .message(let length, true) = write(
        into: &room, seconds: seconds, limitBytes: datagramBytes)
      {
        return (length, true)
      }
    }
    session = unused
    list = RecordList()
    following = []
    (place, contentPlace, isFirst) = (0, 0, true)
    return (writeSOA(into: &room, seconds: seconds), false)
  }

  /// Writes the SOA alone as one message of a bounded length, or a header that says "truncated".
  func writeSOA(into room: inout MutableSpan<UInt8>, seconds: UInt64) -> Int {
    let unused = session
    useSOA()
    if case .message(let length, true) = write(
      into: &room, seconds: seconds, limitBytes: datagramBytes)
    {
      return length
    }
    session = unused
    return writeTruncated(into: &room, seconds: seconds)
  }

  private func writeTruncated(into room: inout MutableSpan<UInt8>, seconds: UInt64) -> Int {
    var header = self.header
    header.isTruncated = true
    let (question, opt) = (self.question, self.opt)
    var writer = DNSMessageWriter(
      room._mutatingExtracting(0..<room.count),
      limitBytes: datagramBytes - opt.count - (session?.recordBytes ?? 0))
    _ = writer.appendQuestion(question.span)
    let length = writer.finish(header)
    return finish(&room, length, seconds, hasOPT: !opt.isEmpty) ?? 0
  }

  /// Puts OPT and the signature behind a message of `length` bytes; its length then, nil if that fails.
  private func finish(
    _ room: inout MutableSpan<UInt8>, _ length: Int, _ seconds: UInt64, hasOPT: Bool
  ) -> Int? {
    var length = length
    if hasOPT {
      let opt = self.opt
      room.copy(opt.span, at: length)
      length += opt.count
      room.store(UInt16(1), at: 10)
    }
    guard session != nil else { return length }
    return session?.sign(&room, length: length, seconds: seconds)
  }

  /// Gathers records for a message; nil if there are some.
  private func fill(_ seconds: UInt64) -> Written? {
    guard walk != nil, list.bytes.count < NameServiceLimits.transferMessageBytes, place == 0 else {
      return nil
    }
    let signer = self.signer
    signer?.seconds = UInt32(truncatingIfNeeded: seconds)
    while list.bytes.count < NameServiceLimits.transferMessageBytes {
      switch walk?.advance(into: &list, signer: signer) {
      case .more?: continue
      case .later?: return .later
      case .failed?: return .failed
      case .done?, nil:
        walk = nil
        return nil
      }
    }
    return nil
  }

  /// Puts entries of the list into a message until it is long enough; false if the first does not fit.
  @_lifetime(writer: copy writer)
  private func putEntries(_ writer: inout DNSMessageWriter) -> Bool {
    while let entry = nextEntry() {
      let bytes = list.bytes
      if contentPlace == 0 { contentPlace = entry.contents.lowerBound }
      let isWhole = entry.end - contentPlace <= NameServiceLimits.transferMessageBytes / 4
      while contentPlace < entry.end {
        guard writer.count < NameServiceLimits.transferMessageBytes else { return true }
        let length = 2 + Int(bytes.span.uint16(at: contentPlace))
        let end = isWhole ? entry.end : contentPlace + length
        let fits = writer.append(
          owner: bytes.span.extracting(entry.owner), type: entry.type, ttl: entry.ttl,
          contents: bytes.span.extracting(contentPlace..<end))
        guard fits else { return writer.recordCount(in: .answer) > 0 }
        contentPlace = end
      }
      place = entry.end
      contentPlace = 0
    }
    list.removeAll()
    place = 0
    return true
  }

  /// The entry that is to be sent next, out of the next list where this one has ended; nil at the end of all.
  private func nextEntry() -> RecordList.Entry? {
    while true {
      if let entry = list.entry(at: place) { return entry }
      guard let next = following.popLast() else { return nil }
      list = next
      place = 0
    }
  }
}
