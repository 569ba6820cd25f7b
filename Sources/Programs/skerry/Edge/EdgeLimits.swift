// Every bound of an edge's life, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds of starting, recurring work and ending.
enum EdgeLimits {
  /// Between two looks at what has to be done again and again: zones that nobody uses leave memory,
  /// and what changed is added to the export of the store.
  static let sweepInterval = Duration.seconds(5)

  /// For the new process of an upgrade to serve; then it is ended and the old one goes on.
  static let upgradeDuration = Duration.seconds(30)

  /// For connections to end when the process stops; then they are cut off.
  static let drainDuration = Duration.seconds(30)
}
