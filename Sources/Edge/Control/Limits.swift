// Every limit of Control.

import Primitives

/// The limits of the operator's API.
package enum ControlLimits {
  /// Bytes of a request's body. A larger one is refused with 413; 50,000 zones with certificates fit.
  package static let bodyBytes = 64 << 20

  /// Bytes of all bodies together that are being received or worked on; beyond it a request is
  /// refused with 503 and Retry-After, so that the API can't use up the server's memory.
  package static let bodiesBytes = 128 << 20

  /// Requests that wait for something at the same time; one more is refused with 503 and Retry-After.
  package static let concurrentRequests = 64

  /// Connections to the API at the same time; a request on one more is refused with 503.
  package static let connections = 128

  /// Between two looks for signed zones whose secondaries need fresh signatures.
  package static let renewalInterval = Duration.seconds(600)

  /// Zones that are looked at for that in one go; changes have their turn between two.
  static let zonesRenewed = 256

  /// Bytes of zones that are written anew in one go; those that are left wait for the next one.
  static let bytesRenewed = 8 << 20

  /// Between two looks for keys of signed zones that are due: one read of the first row of an index.
  static let keyInterval = Duration.milliseconds(500)

  /// Zones whose keys are changed in one go; changes have their turn between two.
  static let zonesAdvanced = 64

  /// Zones above which are asked for DS records at the same time; others are asked later.
  static let parentQuestions = 128

  /// Zones on one page of a list, unless the request asks for fewer or more.
  package static let pageZones = 100

  /// Zones on one page of a list at most; who asks for more is told so (400).
  package static let pageZonesMaximum = 1_000

  /// Zones in one reading of the ledger, unless the request asks for fewer or more: those with the
  /// most CPU. The rest is in the sums, and counted.
  package static let ledgerZones = 10_000

  /// Zones in one reading of the ledger at most; who asks for more is told so (400).
  package static let ledgerZonesMaximum = 1_000_000

  /// Time between two looks at the ledger that "who slowed me" compares.
  package static let windowLength = Duration.seconds(10)

  /// Windows that are remembered; older ones are dropped.
  package static let windows = 6

  /// Lanes that a window remembers, by CPU and by waiting each; the rest was small.
  package static let windowLanes = 10

  /// Characters of the bearer token at least; a shorter one is refused at start, it could be guessed.
  package static let tokenBytes = 16

  /// Bytes of the file with the token at most; a larger file is none.
  package static let tokenFileBytes = 4_096

  /// Seconds that a command waits for one answer of the edge; then it gives up.
  package static let answerSeconds: Int32 = 120

  /// Bytes of one answer of the edge that a command reads; a longer one is an error.
  package static let answerBytes = 1 << 30

  /// Servers that a note names.
  static let namedServers = 10

  /// Zones of which everything is made void at once, before other changes have their turn.
  static let zonesPurged = 100
}
