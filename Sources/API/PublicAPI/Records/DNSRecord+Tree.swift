// A record as the API shows it.

import ConfigurationTree
import DNS
import Primitives

extension DNSRecord {
  var tree: ConfigurationValue {
    .object([
      ("id", .string(id.description)),
      ("name", .string(name)),
      ("type", .string(type.description)),
      ("content", .string(RecordContent.shown(self))),
      ("proxiable", .bool(isProxiable)),
      ("proxied", .bool(isProxied)),
      ("ttl", .integer(ttl)),
      ("priority", RecordContent.priority(self).map { .integer($0) }),
      ("data", RecordContent.data(self)),
      ("settings", .object([])),
      ("meta", .object([])),
      ("comment", comment.isEmpty ? APIText.null : .string(comment)),
      ("tags", .array(tags.map { .string($0) })),
      ("created_on", .string(APIText.time(created))),
      ("modified_on", .string(APIText.time(modified))),
    ])
  }
}
