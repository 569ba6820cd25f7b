// A zone in a list.

package import Primitives

/// A zone in a list.
package struct ZoneSummary: Equatable, Sendable {
  package let id: ZoneID
  package let name: String

  package init(id: ZoneID, name: String) {
    self.id = id
    self.name = name
  }
}
