// Every limit of ConfigurationTree.

/// The limits of configuration trees.
package enum ConfigurationLimits {
  /// The depth of arrays and objects in one another. A deeper text is refused: the parser calls
  /// itself once per level.
  package static let depth = 64

  /// The size of a JSON text, in bytes; a longer one is refused. 100,000 zones with
  /// certificates fit.
  package static let textBytes = 1 << 30

  /// Faults that a decoder collects; it notes that there are more and drops those.
  package static let faults = 1_000
}
