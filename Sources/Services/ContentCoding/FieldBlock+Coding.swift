// The fields that a coding changes.

import HTTP
import Primitives

extension FieldBlock {
  /// Whether the field is a digest of content, which is not that of its coded form: Content-MD5, Digest
  /// (RFC 3230), Content-Digest and Repr-Digest (RFC 9530).
  private func isDigest(_ entry: Entry) -> Bool {
    guard entry.name == .other else { return false }
    let name = bytes.span.extracting(entry.nameRange)
    return name.equalsIgnoringCase("content-md5") || name.equalsIgnoringCase("digest")
      || name.equalsIgnoringCase("content-digest") || name.equalsIgnoringCase("repr-digest")
  }

  mutating func removeDigests() {
    let fields = self
    removeAll { fields.isDigest($0) }
  }

  /// Makes these the fields of the coded form: what is true of the content as it was only goes.
  mutating func setCoding(_ token: StaticString) {
    let fields = self
    removeAll { $0.name == .acceptRanges || $0.name == .contentEncoding || fields.isDigest($0) }
    append(.contentEncoding, token)
    weakenEntityTag()
  }

  /// RFC 9110 section 8.8.1: a strong tag would say that the bytes are the same.
  mutating func weakenEntityTag() {
    guard let index = firstIndex(of: .etag) else { return }
    let fields = self
    fields.withValue(at: index) { tag in
      guard !EntityTag.isWeak(tag) else { return }
      remove(.etag)
      append(.etag) { output in
        output.append("W/")
        output.append(tag)
      }
    }
  }

  /// Whether If-None-Match has the weak form of the strong entity tag `tag`.
  func namesWeakly(_ tag: Span<UInt8>) -> Bool {
    var weak: [UInt8] = []
    weak.append("W/")
    weak.append(tag)
    for index in entries.indices where entries[index].name == .ifNoneMatch {
      var isNamed = false
      withValue(at: index) { list in
        list.forEachListMember { if $0.equals(weak.span) { isNamed = true } }
      }
      if isNamed { return true }
    }
    return false
  }
}
