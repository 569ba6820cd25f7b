// What signing adds to a zone's answers: its keys, and what is not there.

import DNS
import Primitives

extension ZoneAnswer {
  /// Answers with records that are not in the image: the zone's keys, the NSEC or the signatures of a
  /// name. False if `type` is none of these here.
  @_lifetime(writer: copy writer)
  mutating func signedRecords(
    _ signer: ZoneSigner, of node: Int, _ name: borrowing CanonicalName, _ type: RecordType,
    _ place: Place, _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) -> Bool {
    switch type {
    case .nsec:
      putDenial(of: node, name.span, place, image, &writer)
    case .rrsig:
      // As to ANY, one set's is enough of an answer (RFC 8482 section 7).
      guard let set = any(at: node, image) else { return false }
      let subject = ZoneSigner.Subject(type: set.type, ttl: set.ttl, isPassing: isExpanded)
      sign(signer, subject, image.contents(of: set), name.span, place, &writer)
    default:
      guard node == 0, let contents = signer.signing.contents(of: type) else { return false }
      let subject = ZoneSigner.Subject(type: type, ttl: NameServiceLimits.keyTTL)
      put(subject, contents.span, name.span, place, &writer)
    }
    return true
  }

  /// Says which types a name has, if the sender asks for signatures (RFC 9824 section 3.1).
  @_lifetime(writer: copy writer)
  mutating func denyTypes(
    of node: Int, _ name: Span<UInt8>, _ place: Place, _ image: borrowing ImageReader,
    _ writer: inout DNSMessageWriter
  ) {
    if wantsSignatures { putDenial(of: node, name, place, image, &writer) }
  }

  /// Says that there is no such name (RFC 9824 section 3.2).
  @_lifetime(writer: copy writer)
  mutating func denyName(
    _ name: Span<UInt8>, _ place: Place, _ image: borrowing ImageReader,
    _ writer: inout DNSMessageWriter
  ) {
    guard wantsSignatures, let signer else { return }
    signer.beginTypes()
    signer.add(.nxname)
    putDenial(signer, name, place, isPassing: true, image, &writer)
  }

  @_lifetime(writer: copy writer)
  private mutating func putDenial(
    of node: Int, _ name: Span<UInt8>, _ place: Place, _ image: borrowing ImageReader,
    _ writer: inout DNSMessageWriter
  ) {
    guard let signer else { return }
    signer.beginTypes()
    let isCut = image.flags(of: node) & ZoneImage.NodeFlag.cut != 0
    var offset = image.firstSet(of: node)
    for _ in 0..<image.setCount(of: node) {
      let set = image.recordSet(at: offset)
      // What is at a delegation beside it is the child's (RFC 4034 section 4.1.2).
      if !isCut || set.type == .ns || set.type == .ds { signer.add(set.type) }
      offset = set.end
    }
    if node == 0 { for type in signer.signing.types { signer.add(type) } }
    // Of a flattened alias it is known only when it is asked for which it has.
    if image.rule(ImageReader.RuleKind.flattened, of: node) != nil {
      for type in [RecordType.a, .aaaa] where type != absentType { signer.add(type) }
    }
    putDenial(signer, name, place, isPassing: isExpanded, image, &writer)
  }

  @_lifetime(writer: copy writer)
  private mutating func putDenial(
    _ signer: ZoneSigner, _ name: Span<UInt8>, _ place: Place, isPassing: Bool,
    _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    signer.finishDenial(of: name, apex: image.apex)
    let contents = signer.denial
    let subject = ZoneSigner.Subject(
      type: .nsec, ttl: min(image.negativeTTL, absenceTTL), isPassing: isPassing)
    put(subject, contents.span, name, place, &writer)
  }
}
