// The answer of one zone to one question: RFC 1034 section 4.3.2.

import DNS
import Primitives

/// Writes what a zone says to a question: records, a referral, or that there are none.
///
/// It reads the zone's image and writes into the message, and holds nothing beside that. The order
/// of things is RFC 1034's, with wildcards as in RFC 4592, names without records as in RFC 8020, and
/// aliases followed within the zone. What it says is signed if the zone is and the sender asks for that.
struct ZoneAnswer {
  /// What the answer says, for rate limiting: what is alike is counted together.
  enum Kind: UInt8 { case answer, noData, nameError, referral, failure }

  var kind = Kind.answer
  private(set) var isAuthoritative = true
  var code = ResponseCode.noError
  /// The node that the answer came from: of all names under a wildcard it is the same.
  private(set) var node = 0
  /// Whether it fitted.
  private(set) var isComplete = true
  /// What became of the signatures.
  private(set) var signatures = ZoneSigner.Outcome.done
  /// Addresses that the answer needs and that are being asked for; nil if it needs none.
  var awaited: AliasAddresses.Entry?
  /// The type of addresses that a flattened alias has not, while that is denied.
  var absentType: RecordType?
  /// How long it may be kept at most that something is absent, in seconds, whatever the zone says.
  var absenceTTL = UInt32.max
  /// What the zone's rules are answered from; nil if it has none.
  let rules: RuleContext?
  /// Where the client is; nil if the zone has nothing that depends on that.
  var client: ClientPlace?
  /// Signs the zone; nil if it is not signed.
  let signer: ZoneSigner?
  /// Whether the sender asks for signatures (DO).
  let wantsSignatures: Bool
  /// Whether the sender takes NXDOMAIN along with compact denial (RFC 9824 section 5).
  let takesNameError: Bool
  /// Whether the name was made of a wildcard, so that its signatures are for this question alone.
  private(set) var isExpanded = false

  init(
    _ query: borrowing DNSQuery, signer: ZoneSigner?, rules: RuleContext?,
    client: ClientPlace?
  ) {
    self.signer = signer
    self.rules = rules
    self.client = client
    wantsSignatures = signer != nil && query.edns?.dnssecOK == true
    takesNameError = query.edns?.compactAnswersOK == true
  }

  /// Nothing can be said: SERVFAIL.
  mutating func fail() {
    code = .serverFailure
    kind = .failure
  }

  /// Where an owner stands in the message already; nil if it is to be written.
  typealias Place = Int?

  /// Answers the question of `query`, whose name lies in the zone and in none of `nested`, out of
  /// `image`.
  @_lifetime(writer: copy writer)
  mutating func write(
    _ query: borrowing DNSQuery, _ image: borrowing ImageReader, nested: NestedZones,
    to writer: inout DNSMessageWriter
  ) {
    let apexAt = DNSHeader.length + query.name.start(ofLast: image.apexLabels)
    let target = step(
      query.name, query.type, ownerAt: DNSHeader.length, apexAt, image, nested, &writer)
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
        case .alias(let next) = step(name, query.type, ownerAt: nil, apexAt, image, nested, &writer)
      else { return }
      content = next
    }
  }

  /// Names in an image were checked when it was compiled.
  static func read(_ wire: Span<UInt8>, into name: inout CanonicalName) -> Bool {
    do throws(DNSError) { return try name.read(wire, at: 0) == wire.count } catch { return false }
  }

  /// Answers for `name`, which stands in the message at `ownerAt`, or is to be written.
  @_lifetime(writer: copy writer)
  private mutating func step(
    _ name: borrowing CanonicalName, _ type: RecordType, ownerAt: Place, _ apexAt: Int,
    _ image: borrowing ImageReader, _ nested: NestedZones, _ writer: inout DNSMessageWriter
  ) -> Step {
    let found = image.locate(name)
    node = found.node
    isExpanded = false
    if found.isCut && !(found.isExact && type == .ds) {
      refer(found, name, ownerAt, image, &writer)
      return .done
    }
    guard found.isExact else {
      isExpanded = true
      guard let wildcard = image.wildcard(of: found.node) else {
        kind = .nameError
        code = wantsSignatures && !takesNameError ? .noError : .nameError
        negative(apexAt, image, &writer)
        denyName(name.span, ownerAt, image, &writer)
        return .done
      }
      node = wildcard
      return records(of: wildcard, name, type, ownerAt, apexAt, image, nested, &writer)
    }
    return records(of: found.node, name, type, ownerAt, apexAt, image, nested, &writer)
  }

  /// The records of `type` at `node`, its alias, or none.
  @_lifetime(writer: copy writer)
  private mutating func records(
    of node: Int, _ name: borrowing CanonicalName, _ type: RecordType, _ ownerAt: Place,
    _ apexAt: Int, _ image: borrowing ImageReader, _ nested: NestedZones,
    _ writer: inout DNSMessageWriter
  ) -> Step {
    if let signer, ZoneSigning.answers(type),
      signedRecords(signer, of: node, name, type, ownerAt, image, &writer)
    {
      return .done
    }
    let flags = image.flags(of: node)
    if flags & ZoneImage.NodeFlag.ruled != 0 {
      if flatten(node, name, type, ownerAt, apexAt, image, nested, &writer) { return .done }
      let isAlias = flags & ZoneImage.NodeFlag.alias != 0 && type != .any
      if let set = chosenSet(isAlias ? .cname : type, of: node, image) {
        return put(set, name, isAlias && type != .cname, ownerAt, image, &writer)
      }
      if let set = image.records(type, of: node), leavesOut(set, of: node, image) {
        putGathered(set.ttl, type, name, ownerAt, &writer)
        return .done
      }
    }
    if flags & ZoneImage.NodeFlag.alias != 0, type != .cname, type != .any,
      let alias = image.records(.cname, of: node)
    {
      put(alias, name.span, ownerAt, image, &writer)
      return isComplete
        ? .alias((alias.contents.lowerBound + 2)..<alias.contents.upperBound) : .done
    }
    guard let set = type == .any ? any(at: node, image) : image.records(type, of: node) else {
      kind = .noData
      negative(apexAt, image, &writer)
      denyTypes(of: node, name.span, ownerAt, image, &writer)
      return .done
    }
    put(set, name.span, ownerAt, image, &writer)
    return .done
  }

  /// Answers with a set that was chosen.
  @_lifetime(writer: copy writer)
  private mutating func put(
    _ set: ImageReader.PlacedSet, _ name: borrowing CanonicalName, _ isFollowed: Bool,
    _ ownerAt: Place, _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) -> Step {
    let subject = ZoneSigner.Subject(type: set.type, ttl: set.ttl, isPassing: isExpanded)
    put(subject, image.bytes.extracting(set.contents), name.span, ownerAt, &writer)
    return isFollowed && isComplete
      ? .alias((set.contents.lowerBound + 2)..<set.contents.upperBound) : .done
  }

  /// RFC 8482 section 4.1: one of the sets is enough of an answer to ANY.
  func any(at node: Int, _ image: borrowing ImageReader) -> ImageReader.RecordSet? {
    image.setCount(of: node) == 0 ? nil : image.recordSet(at: image.firstSet(of: node))
  }

  /// RFC 2308 section 3: the SOA says how long that may be believed.
  @_lifetime(writer: copy writer)
  mutating func negative(
    _ apexAt: Int, _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    writer.begin(.authority)
    let subject = ZoneSigner.Subject(type: .soa, ttl: min(image.negativeTTL, absenceTTL))
    put(subject, image.contents(of: image.soa), image.apex, apexAt, &writer)
  }

  /// A delegation: its name servers, with their addresses if the zone has them. All of them are
  /// needed to go on (RFC 9471 section 3).
  @_lifetime(writer: copy writer)
  private mutating func refer(
    _ found: ImageReader.Located, _ name: borrowing CanonicalName, _ ownerAt: Place,
    _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    guard let servers = image.records(.ns, of: found.node) else { return }
    // Behind an alias of this zone the answer stays ours (RFC 1034 section 4.3.2, step 3b).
    if ownerAt != nil { isAuthoritative = false }
    kind = .referral
    let labels = image.apexLabels + found.depth
    let place = ownerAt.map { $0 + name.start(ofLast: labels) }
    let owner = name.suffix(labels: labels)
    writer.begin(.authority)
    append(servers, owner, place, image, &writer)
    if wantsSignatures {
      // RFC 4035 section 3.1.4: the child's keys, or that it has none.
      if let delegation = image.records(.ds, of: found.node) {
        put(delegation, owner, place, image, &writer)
      } else {
        denyTypes(of: found.node, owner, place, image, &writer)
      }
    }
    guard isComplete else { return }
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
    append(set, image.glueName(index, of: servers), nil, image, &writer)
  }

  // MARK: - Sets

  /// Appends a set of `owner`, which stands in the message at `place`, or is to be written.
  @_lifetime(writer: copy writer)
  private mutating func append(
    _ set: ImageReader.RecordSet, _ owner: Span<UInt8>, _ place: Place,
    _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    append(set.type, set.ttl, image.contents(of: set), owner, place, &writer)
  }

  @_lifetime(writer: copy writer)
  private mutating func append(
    _ type: RecordType, _ ttl: UInt32, _ contents: Span<UInt8>, _ owner: Span<UInt8>,
    _ place: Place, _ writer: inout DNSMessageWriter
  ) {
    let fits: Bool
    if let place {
      fits = writer.append(ownerAt: place, type: type, ttl: ttl, contents: contents)
    } else {
      fits = writer.append(owner: owner, type: type, ttl: ttl, contents: contents)
    }
    if !fits { isComplete = false }
  }

  /// Appends a set of the zone's own, and its signature.
  @_lifetime(writer: copy writer)
  mutating func put(
    _ set: ImageReader.RecordSet, _ owner: Span<UInt8>, _ place: Place,
    _ image: borrowing ImageReader, _ writer: inout DNSMessageWriter
  ) {
    let subject = ZoneSigner.Subject(type: set.type, ttl: set.ttl, isPassing: isExpanded)
    put(subject, image.contents(of: set), owner, place, &writer)
  }

  @_lifetime(writer: copy writer)
  mutating func put(
    _ subject: ZoneSigner.Subject, _ contents: Span<UInt8>, _ owner: Span<UInt8>, _ place: Place,
    _ writer: inout DNSMessageWriter
  ) {
    append(subject.type, subject.ttl, contents, owner, place, &writer)
    guard wantsSignatures, let signer else { return }
    sign(signer, subject, contents, owner, place, &writer)
  }

  /// Appends the signature of a set, unless one is missing already: then all of the answer waits.
  @_lifetime(writer: copy writer)
  mutating func sign(
    _ signer: ZoneSigner, _ subject: ZoneSigner.Subject, _ contents: Span<UInt8>,
    _ owner: Span<UInt8>, _ place: Place, _ writer: inout DNSMessageWriter
  ) {
    guard isComplete, signatures == .done else { return }
    signatures = signer.sign(owner, subject, contents)
    guard signatures == .done else { return }
    let record = signer.record
    append(.rrsig, subject.ttl, record.span, owner, place, &writer)
  }
}
