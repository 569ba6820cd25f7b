// The answer of one zone to one question: RFC 1034 section 4.3.2.

import DNS
import Primitives

/// Writes what a zone says to a question: records, a referral, or that there are none.
///
/// It reads the zone's image and writes into the message, and holds nothing beside that. The order
/// of things is RFC 1034's, with wildcards as in RFC 4592, names without records as in RFC 8020, and
/// aliases followed within the zone.
struct ZoneAnswer {
  /// What the answer says, for rate limiting: what is alike is counted together.
  enum Kind: UInt8 { case answer, noData, nameError, referral }

  private(set) var kind = Kind.answer
  private(set) var isAuthoritative = true
  private(set) var code = ResponseCode.noError
  /// The node that the answer came from: of all names under a wildcard it is the same.
  private(set) var node = 0
  /// Whether it fitted.
  private(set) var isComplete = true

  /// Answers the question of `query`, whose name lies in the zone and in none of `nested`, out of
  /// `image`.
  @_lifetime(writer: copy writer)
  mutating func write(
    _ query: borrowing DNSQuery, _ image: borrowing ImageReader, nested: NestedZones,
    to writer: inout DNSMessageWriter
  ) {
    let apexAt = DNSHeader.length + query.name.start(ofLast: image.apexLabels)
    let target = step(query.name, query.type, ownerAt: DNSHeader.length, apexAt, image, &writer)
    if case .alias(let set) = target {
      follow(set, query, apexAt, image, nested, &writer)
    }
  }

  /// How a name was answered.
  private enum Step {
    case done
    case alias(Range<Int>)
  }

  /// Goes on with the target of a CNAME, whose content lies at `content` of the image, and those of
  /// the CNAMEs behind it, until one leads out of the zone, or to a name that was there before.
  @_lifetime(writer: copy writer)
  private mutating func follow(
    _ content: Range<Int>, _ query: borrowing DNSQuery, _ apexAt: Int,
    _ image: borrowing ImageReader, _ nested: NestedZones, _ writer: inout DNSMessageWriter
  ) {
    var content = content
    var followed = InlineArray<8, Int>(repeating: -1)
    var name = CanonicalName()
    for number in 1..<NameServiceLimits.aliases {
      for earlier in 0..<number where followed[earlier] == content.lowerBound { return }
      followed[number] = content.lowerBound
      guard Self.read(image.bytes.extracting(content), into: &name),
        name.labelCount >= image.apexLabels,
        name.suffix(labels: image.apexLabels).equals(image.apex),
        !name.span.equals(query.name.span),
        !nested.cover(name, below: image.apexLabels),
        case .alias(let next) = step(name, query.type, ownerAt: nil, apexAt, image, &writer)
      else { return }
      content = next
    }
  }

  /// Names in an image were checked when it was compiled.
  private static func read(_ wire: Span<UInt8>, into name: inout CanonicalName) -> Bool {
    do throws(DNSError) { return try name.read(wire, at: 0) == wire.count } catch { return false }
  }

  /// Answers for `name`, which stands in the message at `ownerAt`, or is to be written.
  @_lifetime(writer: copy writer)
  private mutating func step(
    _ name: borrowing CanonicalName, _ type: RecordType, ownerAt: Int?, _ apexAt: Int,
    _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) -> Step {
    let found = image.locate(name)
    node = found.node
    if found.isCut && !(found.isExact && type == .ds) {
      refer(found, name, ownerAt, image, &writer)
      return .done
    }
    guard found.isExact else {
      guard let wildcard = image.wildcard(of: found.node) else {
        kind = .nameError
        code = .nameError
        negative(apexAt, image, &writer)
        return .done
      }
      node = wildcard
      return records(of: wildcard, name, type, ownerAt, apexAt, image, &writer)
    }
    return records(of: found.node, name, type, ownerAt, apexAt, image, &writer)
  }

  /// The records of `type` at `node`, its alias, or none.
  @_lifetime(writer: copy writer)
  private mutating func records(
    of node: Int, _ name: borrowing CanonicalName, _ type: RecordType, _ ownerAt: Int?,
    _ apexAt: Int, _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) -> Step {
    if image.flags(of: node) & ZoneImage.NodeFlag.alias != 0, type != .cname, type != .any,
      let alias = image.records(.cname, of: node)
    {
      put(alias, name, ownerAt, image, &writer)
      return isComplete
        ? .alias((alias.contents.lowerBound + 2)..<alias.contents.upperBound) : .done
    }
    guard let set = type == .any ? any(at: node, image) : image.records(type, of: node) else {
      kind = .noData
      negative(apexAt, image, &writer)
      return .done
    }
    put(set, name, ownerAt, image, &writer)
    return .done
  }

  /// RFC 8482 section 4.1: one of the sets is enough of an answer to ANY.
  private func any(at node: Int, _ image: borrowing ImageReader) -> ImageReader.RecordSet? {
    image.setCount(of: node) == 0 ? nil : image.recordSet(at: image.firstSet(of: node))
  }

  @_lifetime(writer: copy writer)
  private mutating func put(
    _ set: ImageReader.RecordSet, _ name: borrowing CanonicalName, _ ownerAt: Int?,
    _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    let contents = image.contents(of: set)
    let fits: Bool
    if let ownerAt {
      fits = writer.append(ownerAt: ownerAt, type: set.type, ttl: set.ttl, contents: contents)
    } else {
      fits = writer.append(owner: name.span, type: set.type, ttl: set.ttl, contents: contents)
    }
    if !fits { isComplete = false }
  }

  /// RFC 2308 section 3: the SOA says how long that may be believed.
  @_lifetime(writer: copy writer)
  private mutating func negative(
    _ apexAt: Int, _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    writer.begin(.authority)
    let fits = writer.append(
      ownerAt: apexAt, type: .soa, ttl: image.negativeTTL,
      contents: image.contents(of: image.soa))
    if !fits { isComplete = false }
  }

  /// A delegation: its name servers, with their addresses if the zone has them. All of them are
  /// needed to go on (RFC 9471 section 3).
  @_lifetime(writer: copy writer)
  private mutating func refer(
    _ found: ImageReader.Location, _ name: borrowing CanonicalName, _ ownerAt: Int?,
    _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    guard let servers = image.records(.ns, of: found.node) else { return }
    // Behind an alias of this zone the answer stays ours (RFC 1034 section 4.3.2, step 3b).
    if ownerAt != nil { isAuthoritative = false }
    kind = .referral
    let labels = image.apexLabels + found.depth
    writer.begin(.authority)
    let contents = image.contents(of: servers)
    let fits: Bool
    if let ownerAt {
      fits = writer.append(
        ownerAt: ownerAt + name.start(ofLast: labels), type: .ns, ttl: servers.ttl,
        contents: contents)
    } else {
      fits = writer.append(
        owner: name.suffix(labels: labels), type: .ns, ttl: servers.ttl, contents: contents)
    }
    guard fits else {
      isComplete = false
      return
    }
    writer.begin(.additional)
    for index in 0..<servers.glueCount {
      appendGlue(.a, index, servers, image, &writer)
      appendGlue(.aaaa, index, servers, image, &writer)
    }
  }

  @_lifetime(writer: copy writer)
  private mutating func appendGlue(
    _ type: RecordType, _ index: Int, _ servers: ImageReader.RecordSet,
    _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    guard let set = image.records(type, of: image.glueNode(index, of: servers)) else { return }
    let fits = writer.append(
      owner: image.glueName(index, of: servers), type: type, ttl: set.ttl,
      contents: image.contents(of: set))
    if !fits { isComplete = false }
  }
}
