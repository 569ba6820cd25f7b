// What makes two records one.

import DNS
import Primitives

/// A record without its TTL: two of one zone must differ in it.
struct RecordKey: Hashable, Sendable {
  let name: String
  let type: RecordType
  let content: [UInt8]

  /// `content` is brought into its canonical form, in which the case of names does not count.
  init(name: String, type: RecordType, content: [UInt8]) {
    self.name = name
    self.type = type
    var form: [UInt8] = []
    RDATA.appendCanonical(type, content.span, to: &form)
    self.content = form
  }
}
