// A zone as the standards describe it, with no index and no compiled form.

import DNS

@testable import NameService

/// Answers from a list of records by RFC 1034 section 4.3.2, RFC 4592 and RFC 2308, as plainly as it
/// can be written.
struct Oracle {
  let apex: String
  let records: [Record]

  /// A record with its name as text in lower case, without the last dot.
  struct Record: Hashable {
    let owner: String
    let type: RecordType
    let ttl: UInt32
    let content: [UInt8]
    /// The name in the content of a CNAME or NS.
    var target = ""
  }

  /// What a response says, without the order in which it says so.
  struct Answer: Equatable {
    var code = ResponseCode.noError
    var isAuthoritative = true
    var answers: Set<Entry> = []
    var authority: Set<Entry> = []
    var glue: Set<Entry> = []
  }

  struct Entry: Hashable {
    let owner: String
    let type: RecordType
    let ttl: UInt32
    let content: [UInt8]
  }

  func answer(_ name: String, _ type: RecordType) -> Answer {
    var answer = Answer()
    var name = name
    for hop in 0..<NameServiceLimits.aliases {
      guard let next = step(name, type, isFirst: hop == 0, &answer) else { break }
      guard next == apex || next.hasSuffix(".\(apex)") else { break }
      name = next
    }
    return answer
  }

  private func step(
    _ name: String, _ type: RecordType, isFirst: Bool, _ answer: inout Answer
  ) -> String? {
    if let cut = cut(above: name), !(cut == name && type == .ds) {
      if isFirst { answer.isAuthoritative = false }
      refer(cut, &answer)
      return nil
    }
    var source = name
    if !exists(name) {
      var encloser = name
      while !exists(encloser) { encloser = String(encloser.drop { $0 != "." }.dropFirst()) }
      source = "*.\(encloser)"
      guard exists(source) else {
        answer.code = .nameError
        deny(&answer)
        return nil
      }
    }
    let here = records.filter { $0.owner == source }
    if let alias = here.first(where: { $0.type == .cname }), type != .cname {
      answer.answers.insert(entry(alias, name))
      return alias.target
    }
    let found = here.filter { $0.type == type }
    if found.isEmpty { deny(&answer) }
    for record in found { answer.answers.insert(entry(record, name)) }
    return nil
  }

  private func entry(_ record: Record, _ owner: String? = nil) -> Entry {
    let set = records.filter { $0.owner == record.owner && $0.type == record.type }
    return Entry(
      owner: owner ?? record.owner, type: record.type,
      ttl: set.map(\.ttl).min() ?? 0, content: record.content)
  }

  /// A name exists if it or anything below it has a record.
  private func exists(_ name: String) -> Bool {
    records.contains { $0.owner == name || $0.owner.hasSuffix(".\(name)") }
  }

  /// The topmost delegation at or above `name`.
  private func cut(above name: String) -> String? {
    records.filter { record in
      record.type == .ns && record.owner != apex
        && (name == record.owner || name.hasSuffix(".\(record.owner)"))
    }.map(\.owner).min { $0.count < $1.count }
  }

  private func refer(_ cut: String, _ answer: inout Answer) {
    for server in records where server.owner == cut && server.type == .ns {
      answer.authority.insert(entry(server))
      for glue in records where glue.owner == server.target && [.a, .aaaa].contains(glue.type) {
        answer.glue.insert(entry(glue))
      }
    }
  }

  private func deny(_ answer: inout Answer) {
    guard let soa = records.first(where: { $0.type == .soa }) else { return }
    let minimum = soa.content.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    answer.authority.insert(
      Entry(owner: apex, type: .soa, ttl: min(soa.ttl, minimum), content: soa.content))
  }
}
