// All zones of an edge, page by page.

import ConfigurationTree
import Control
import HTTP

/// Reads the list of zones to its end.
struct ZonePages {
  let control: ControlOptions
  /// Whether whole configurations are asked for, or summaries.
  let isComplete: Bool

  /// Hands each page to `body`, until that returns false.
  func forEach(
    after first: String? = nil, _ body: ([ConfigurationValue]) -> Bool
  ) throws(CommandFailure) {
    var after = first
    while true {
      var path = "/v1/zones?limit=\(ControlLimits.pageZonesMaximum)"
      if isComplete { path += "&complete=true" }
      if let after { path += "&after=" + ZoneCommand.encode(after) }
      let page = try control.ask(.get, path, for: "listing the zones")
      guard body(page["zones"]?.elements ?? []), let next = page["next"]?.text else { return }
      after = next
    }
  }
}
