// Which bytes of a buffer are the fields of an outgoing header section.

import Primitives

/// An ordered table of fields over bytes that the caller keeps elsewhere.
///
/// Reuse one per connection: `removeAll` keeps the memory. Names may be in any case, they leave
/// in lower case (RFC 9113 section 8.2).
package struct HTTP2FieldTable: Sendable {
  /// Where one field lies in the bytes.
  struct Entry: Sendable {
    let pseudo: PseudoField?
    let name: Range<Int>
    let value: Range<Int>
    let isSensitive: Bool
  }

  /// A pseudo-header field of a request (RFC 9113 section 8.3.1, RFC 8441 section 4).
  package enum PseudoField: Sendable {
    case method, scheme, authority, path
    case `protocol`
  }

  private(set) var entries: [Entry] = []

  package init() {}

  package var count: Int { entries.count }

  /// Drops all entries.
  package mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  /// Appends a pseudo-header field; these come before all others.
  package mutating func append(_ pseudo: PseudoField, value: Range<Int>) {
    assert(entries.allSatisfy { $0.pseudo != nil })
    entries.append(Entry(pseudo: pseudo, name: 0..<0, value: value, isSensitive: false))
  }

  /// Appends a field; a sensitive one is never put into a compression table
  /// (RFC 7541 section 7.1.3).
  package mutating func append(name: Range<Int>, value: Range<Int>, isSensitive: Bool = false) {
    precondition(!name.isEmpty)
    entries.append(Entry(pseudo: nil, name: name, value: value, isSensitive: isSensitive))
  }
}
