// How an upgrade went.

package import ConfigurationTree

/// The process that took over.
package struct UpgradeReport: Sendable, Equatable {
  package var processID: Int
  /// The version of the process that was replaced.
  package var version: String

  package init(processID: Int, version: String) {
    self.processID = processID
    self.version = version
  }

  package var tree: ConfigurationValue {
    .object([("processID", .integer(processID)), ("version", .string(version))])
  }
}
