// Which requests a response with a Vary field may answer.

import HTTP
import Primitives

/// The request fields that selected a response, by its Vary field (RFC 9111 section 4.1).
///
/// A request matches if each field is the same after normalisation that its syntax allows: lines
/// combined, white space around commas dropped, and, where letters' case means nothing, lowered.
struct VarySelection: Sendable {
  private(set) var members: [Member] = []
  /// Memory that it takes.
  private(set) var bytes = 0

  /// One field that Vary names, as the request had it.
  struct Member: Sendable {
    /// In lower case.
    let name: [UInt8]
    let known: FieldName
    /// The only line's value as it came; nil if there was none or several.
    let raw: [UInt8]?
    /// nil if the request had no such field.
    let normalised: [UInt8]?
    /// `VaryEssence.sum` of its lines.
    let sum: UInt64
  }

  init() {}

  /// The selection of `members`, as another had them.
  init(_ members: [Member]) {
    self.members = members
    bytes = members.reduce(0) { $0 + Self.bytes($1) }
  }

  /// The selection that `vary`, the fields of a response, makes of a request's fields. Nil if
  /// nothing can ever match (`*`), or if it exceeds the limits.
  init?(vary response: FieldBlock, request: FieldBlock) {
    var isPossible = true
    var room = Room()
    for index in 0..<response.count where response.entries[index].name == .vary {
      response.withValue(at: index) { value in
        value.forEachToken { name in
          if name.count == 1, name[0] == 0x2a { isPossible = false }
          if isPossible { isPossible = add(name, request, &room) }
        }
      }
    }
    guard isPossible, bytes <= CacheLimits.selectionBytes else { return nil }
  }

  /// What a request has of the fields that `other` is by; nil if it exceeds the limits.
  init?(as other: VarySelection, request: FieldBlock) {
    var room = Room()
    for member in other.members where !add(member.name.span, request, &room) { return nil }
    guard bytes <= CacheLimits.selectionBytes else { return nil }
  }

  @inline(__always)
  var isEmpty: Bool { members.isEmpty }

  /// Whether both are by the same fields.
  func namesSame(as other: VarySelection) -> Bool {
    members.count == other.members.count
      && members.allSatisfy { member in other.members.contains { $0.name == member.name } }
  }

  /// The fields by their names in lower case, in one form; nil where the request had none.
  var described: [(name: String, value: String?)] {
    members.map { member in
      (
        String(decoding: member.name, as: UTF8.self),
        member.normalised.map { String(decoding: $0, as: UTF8.self) }
      )
    }
  }

  /// Whether a request has the same. Allocates nothing where a field came in the same bytes, or where
  /// it means something else at a glance.
  func matches(_ request: FieldBlock) -> Bool {
    var room = Room()
    for index in members.indices where !Self.matches(members[index], request, &room) {
      return false
    }
    return true
  }

  /// Whether both select by the same fields with the same values.
  func isEqual(to other: VarySelection) -> Bool {
    members.count == other.members.count
      && zip(members, other.members).allSatisfy {
        $0.name == $1.name && $0.normalised == $1.normalised
      }
  }

  /// False if the request's fields exceed the limits.
  private mutating func add(
    _ name: Span<UInt8>, _ request: FieldBlock, _ room: inout Room
  ) -> Bool {
    var lower: [UInt8] = []
    for index in 0..<name.count { lower.append(name[index].asciiLowercased) }
    guard !members.contains(where: { $0.name == lower }) else { return true }
    guard members.count < CacheLimits.varyMembers else { return false }
    let known = FieldName.find(lower.span)
    let lines = Self.lines(of: known, lower, in: request)
    for line in lines where !request.withValue(at: line, { room.take($0) }) { return false }
    let essence = Self.essence(of: known, lower, in: request)
    guard room.take(essence) else { return false }
    var raw: [UInt8]?
    if lines.count == 1 { raw = request.withValue(at: lines[0], VaryNormalisation.copy) }
    let member = Member(
      name: lower, known: known, raw: raw,
      normalised: lines.isEmpty ? nil : VaryNormalisation.value(of: lines, known, request),
      sum: essence.sum)
    bytes += Self.bytes(member)
    members.append(member)
    return true
  }

  private static func bytes(_ member: Member) -> Int {
    136 + member.name.count + (member.raw?.count ?? 0) + (member.normalised?.count ?? 0)
  }

  private static func matches(
    _ member: Member, _ request: FieldBlock, _ room: inout Room
  ) -> Bool {
    var only = -1
    var count = 0
    for index in 0..<request.count where isLine(index, of: member.known, member.name, request) {
      guard request.withValue(at: index, { room.take($0) }) else { return false }
      only = index
      count += 1
    }
    if count == 0 { return member.normalised == nil }
    guard let normalised = member.normalised else { return false }
    if count == 1, let raw = member.raw,
      request.withValue(at: only, { $0.equals(raw.span) })
    {
      return true
    }
    let essence = essence(of: member.known, member.name, in: request)
    guard essence.sum == member.sum, room.take(essence) else { return false }
    return VaryNormalisation.value(
      of: lines(of: member.known, member.name, in: request), member.known, request) == normalised
  }

  private static func essence(
    of known: FieldName, _ name: [UInt8], in request: FieldBlock
  ) -> VaryEssence {
    var essence = VaryEssence()
    for index in 0..<request.count where isLine(index, of: known, name, request) {
      request.withValue(at: index) { VaryNormalisation.absorb($0, known, into: &essence) }
    }
    return essence
  }

  private static func lines(
    of known: FieldName, _ name: [UInt8], in request: FieldBlock
  ) -> [Int] {
    (0..<request.count).filter { isLine($0, of: known, name, request) }
  }

  /// What is left of the limits for one request.
  private struct Room {
    private var bytes = CacheLimits.selectionBytes
    private var separators = CacheLimits.selectionSeparators

    /// False if the line does not fit.
    mutating func take(_ line: Span<UInt8>) -> Bool {
      bytes -= line.count
      return bytes >= 0
    }

    mutating func take(_ essence: VaryEssence) -> Bool {
      separators -= essence.separators
      return separators >= 0
    }
  }

  @inline(__always)
  private static func isLine(
    _ index: Int, of known: FieldName, _ name: [UInt8], _ request: FieldBlock
  ) -> Bool {
    guard request.entries[index].name == known else { return false }
    return known != .other || request.withName(at: index) { $0.equalsIgnoringCase(name.span) }
  }
}
