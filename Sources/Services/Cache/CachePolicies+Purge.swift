// URLs as purges know them.

import HTTP
import Primitives

extension CachePolicies {
  /// What a purge of a URL names: all responses whose keys have this target, so that parameters that
  /// do not count do not count here, nor does the order of those whose order does not. `host` is in
  /// lower case and without port, `path` with its query. Not on a loop: it may take long.
  package func purgeItem(host: [UInt8], path: [UInt8]) -> PurgeItem {
    var request = RequestHead()
    request.authority = host
    request.path = path
    var target = path
    if let plan = policy(for: request).key {
      target = []
      var parts: [Range<Int>] = []
      plan.writeTarget(path, to: &target, parts: &parts)
    }
    var text: [UInt8] = []
    PurgeTarget.append(host: host.span, path: target.span, to: &text)
    return .target(PurgeHash.target(text.span))
  }
}
