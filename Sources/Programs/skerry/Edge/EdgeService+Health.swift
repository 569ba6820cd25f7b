// What the API tells of the health of records.

import ConfigurationTree
import Control
import Gateway
import NameService
import Runtime
import Storage

extension EdgeService {
  func health(of name: String) async throws(ControlRefusal) -> ConfigurationValue {
    let found: [Edge.CheckedHealth]?
    do throws(StorageError) { found = try await edge.health(of: name.lowercased()) } catch {
      throw ControlRefusal(error)
    }
    guard let found else {
      throw ControlRefusal(
        404, .notFound, "There is no zone \(name). Those that there are: skerry zone list.")
    }
    return .object([
      ("zone", .string(name.lowercased())), ("records", .array(found.map { Self.tree($0) })),
    ])
  }

  private static func tree(_ health: Edge.CheckedHealth) -> ConfigurationValue {
    let target = health.record.target
    let report = health.report
    return .object([
      ("name", .string(health.record.owner)), ("address", .string(target.address.host)),
      ("check", .string(target.check.summary)), ("state", .string(state(report))),
      ("seconds", report?.seconds.map { .count($0) }),
      ("finding", (report.map { $0.finding } ?? "nobody asks for the zone").map { .string($0) }),
      ("successesNeeded", report?.successesNeeded.map { .integer($0) }),
    ])
  }

  private static func state(_ report: HealthReport?) -> String {
    switch report?.state {
    case .well: "well"
    case .ill: "ill"
    case .unknown: "unknown"
    case .unchecked, nil: "unchecked"
    }
  }
}
