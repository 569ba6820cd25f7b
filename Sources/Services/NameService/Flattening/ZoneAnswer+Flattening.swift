// Names that are answered with the addresses of others.

import DNS
import Primitives

extension ZoneAnswer {
  /// Answers for a node whose alias is flattened, if `type` is one of addresses, or ANY and there is
  /// nothing else. False if the node's own records are to be looked at.
  @_lifetime(writer: copy writer)
  mutating func flatten(
    _ node: Int, _ name: borrowing CanonicalName, _ type: RecordType, _ ownerAt: Place,
    _ apexAt: Int, _ image: borrowing ImageReader, _ nested: NestedZones,
    _ writer: inout DNSMessageWriter
  ) -> Bool {
    let isAny = type == .any && image.setCount(of: node) == 0
    guard type == .a || type == .aaaa || isAny,
      let rule = image.rule(ImageReader.RuleKind.flattened, of: node)
    else { return false }
    let type = isAny ? RecordType.a : type
    let start = rule + ImageReader.Rule.content
    var ttl = image.bytes.littleEndian32(at: start)
    var target = CanonicalName()
    guard Self.read(image.bytes.extracting((start + 4)..<image.endOfRule(at: rule)), into: &target)
    else {
      fail()
      return true
    }
    switch lead(&target, type, &ttl, image, nested) {
    case .set(let set, let node):
      let chosen = chosenSet(type, of: node, image)
      if chosen == nil, leavesOut(set, of: node, image) {
        putGathered(min(set.ttl, ttl), type, name, ownerAt, &writer)
        return true
      }
      let subject = ZoneSigner.Subject(
        type: type, ttl: min(chosen?.ttl ?? set.ttl, ttl), isPassing: isExpanded)
      put(
        subject, image.bytes.extracting(chosen?.contents ?? set.contents), name.span, ownerAt,
        &writer)
    case .nothing: deny(node, name, type, ttl: .max, ownerAt, apexAt, image, &writer)
    case .circle: fail()
    case .outside:
      answer(target.span, ttl: ttl, node, name, type, ownerAt, apexAt, image, &writer)
    }
    return true
  }

  /// Where an alias leads.
  private enum Lead {
    case set(ImageReader.RecordSet, node: Int)
    case nothing
    case circle
    case outside
  }

  /// Follows aliases from `target` on through this zone; `target` is the last one then, and `ttl` the least of all.
  private func lead(
    _ target: inout CanonicalName, _ type: RecordType, _ ttl: inout UInt32,
    _ image: borrowing ImageReader, _ nested: NestedZones
  ) -> Lead {
    for _ in 0..<NameServiceLimits.aliasChain {
      guard target.labelCount >= image.apexLabels,
        target.suffix(labels: image.apexLabels).equals(image.apex),
        !nested.cover(target, below: image.apexLabels)
      else { return .outside }
      let found = image.locate(target)
      if found.isCut { return .outside }
      guard let node = found.isExact ? found.node : image.wildcard(of: found.node) else {
        return .nothing
      }
      guard let next = image.aliasTarget(of: node) else {
        return image.records(type, of: node).map { .set($0, node: node) } ?? .nothing
      }
      ttl = min(ttl, next.ttl)
      guard Self.read(image.bytes.extracting(next.name), into: &target) else { return .circle }
    }
    return .circle
  }

  /// Answers with what is known of a name that is not in this zone.
  @_lifetime(writer: copy writer)
  private mutating func answer(
    _ target: Span<UInt8>, ttl: UInt32, _ node: Int, _ name: borrowing CanonicalName,
    _ type: RecordType, _ ownerAt: Place, _ apexAt: Int, _ image: borrowing ImageReader,
    _ writer: inout DNSMessageWriter
  ) {
    guard let rules else { return fail() }
    switch rules.aliases.find(target, type) {
    case .waits(let entry): awaited = entry
    case .failed: fail()
    case .known(let entry, let known) where entry.contents.isEmpty:
      deny(node, name, type, ttl: known, ownerAt, apexAt, image, &writer)
    case .known(let entry, let known):
      let subject = ZoneSigner.Subject(type: type, ttl: min(known, ttl), isPassing: isExpanded)
      let contents = entry.contents
      put(subject, contents.span, name.span, ownerAt, &writer)
    }
  }

  @_lifetime(writer: copy writer)
  private mutating func deny(
    _ node: Int, _ name: borrowing CanonicalName, _ type: RecordType, ttl: UInt32,
    _ ownerAt: Place, _ apexAt: Int, _ image: borrowing ImageReader,
    _ writer: inout DNSMessageWriter
  ) {
    kind = .noData
    absentType = type
    absenceTTL = ttl
    negative(apexAt, image, &writer)
    denyTypes(of: node, name.span, ownerAt, image, &writer)
  }
}
