// Purging what is stored of a zone.

import ConfigurationTree
import Control
import Primitives
import Runtime
import Zones

extension APIDesk {
  /// POST /zones/:zone/purge_cache: what is wrong with it is told; it is made by the operator's API, which knows all
  /// servers.
  func purge(_ call: APICall, _ zone: Found) throws(APIError) -> APIOutcome {
    let tree = try call.tree()
    var members: [(String, ConfigurationValue?)] = []
    var faults: [APIFault] = []
    if let everything = tree["purge_everything"] {
      if everything != .bool(true) {
        faults.append(.invalid("/purge_everything", "has to be true"))
      }
      members.append(("everything", .bool(true)))
    }
    for (given, own) in [
      ("files", "urls"), ("tags", "tags"), ("hosts", "hosts"), ("prefixes", "prefixes"),
    ] {
      guard let list = tree[given] else { continue }
      let texts = list.elements.compactMap { element in element["url"]?.text ?? element.text }
      guard case .array(let all) = list.content, texts.count == all.count,
        texts.count <= APILimits.purgeItems, !texts.isEmpty
      else {
        faults.append(
          .invalid("/\(given)", "has to be a list of 1 to \(APILimits.purgeItems) texts"))
        continue
      }
      members.append((own, .array(texts.map { .string($0) })))
    }
    if members.isEmpty, faults.isEmpty {
      faults.append(
        APIFault(
          1_012, "Name what to purge: purge_everything, files, tags, hosts or prefixes", at: ""))
    }
    let request = ConfigurationValue.object(members)
    if faults.isEmpty {
      var decoder = ConfigurationDecoder()
      _ = PurgeRequest.decode(request, for: zone.configuration, at: SystemClock.wall, &decoder)
      faults = decoder.faults.map { fault in
        let path = fault.path.hasPrefix("urls") ? "files" + fault.path.dropFirst(4) : fault.path
        return APIFault(
          1_012, "\(path) \(fault.problem). \(fault.remedy)", at: APIText.pointer(path))
      }
    }
    guard faults.isEmpty else {
      throw APIError(invalid: faults, code: 1_012, "Request can't be purged")
    }
    var outcome = APIOutcome(.object([("id", .string(zone.customer.id.description))]))
    outcome.purge = APIOutcome.Purge(zone: zone.name, tree: request)
    return outcome
  }
}
