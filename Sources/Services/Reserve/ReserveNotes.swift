// Where the reserve keeps what must outlive the process.

package import Primitives

/// Keeps a note of each zone, whatever its bytes mean. Its calls may block.
package protocol ReserveNotes: Sendable {
  /// All notes as they were put last; nil if they can't be read.
  func load() -> [(zone: ZoneID, note: [UInt8])]?
  /// Puts notes in the place of those of their zones, durably; empty ones are forgotten. False if that failed.
  func put(_ notes: [(zone: ZoneID, note: [UInt8])]) -> Bool
}
