// Every bound of an edge's life, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds of starting, recurring work and ending.
enum EdgeLimits {
  /// Between two looks at what has to be done again and again: zones that nobody uses leave memory,
  /// and what changed is added to the export of the store.
  static let sweepInterval = Duration.seconds(5)

  /// Life of the secret of DNS cookies (RFC 9018 section 5); those of the one before stay good.
  static let cookieSecretInterval = Duration.seconds(86_400)

  /// Zones whose secondaries are told at once after a start; others wait for `tellingInterval`.
  static let zonesTold = 64

  /// Between two lots of zones whose secondaries are told after a start: 3,000 a second at most.
  static let tellingInterval = Duration.milliseconds(20)

  /// For the new process of an upgrade to serve; then it is ended and the old one goes on.
  static let upgradeDuration = Duration.seconds(30)

  /// What `--disk-mb` may be. Less is no use: some of it is always being evicted.
  static let diskMebibytes = 64...(16 << 20)

  /// Threads of the cache on disk: one writes, the others read. Reads of fast disks take tens of
  /// microseconds; more threads are for when the disk is busy.
  static let diskThreads = 5

  /// For the cache on disk to write what it has; then the process ends without.
  static let diskClosingDuration = Duration.seconds(10)

  /// For connections to end when the process stops; then they are cut off.
  static let drainDuration = Duration.seconds(30)

  /// The same after an upgrade, when nobody waits for the old process to end: large downloads and
  /// WebSockets go on. A signal to stop makes it `drainDuration` from then on. Until then both have their
  /// cache in memory.
  static let succeededDrainDuration = Duration.seconds(600)

  /// Purges that a server is given of those that it is owed, between two looks at the store.
  static let owedAtOnce = 10_000

  /// Between two attempts to give servers what they are owed.
  static let settlingInterval = Duration.seconds(1)

  /// How long a server that starts waits for the purges that it missed, at most.
  static let catchUpDuration = Duration.seconds(5)
}
