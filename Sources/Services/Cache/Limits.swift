// Every bound of the cache, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds of the RAM cache.
package enum CacheLimits {
  /// Segments of a shard's table; each grows alone, so that no growth stops the loop for long.
  static let tableSegments = 64

  /// Slots of a new segment; a segment doubles when it is three quarters full.
  static let segmentSlots = 8

  /// Variants of one resource (RFC 9111 section 4.1); the oldest is dropped for a new one.
  static let variantsPerResource = 16

  /// Members of a Vary field; a response with more is not stored.
  static let varyMembers = 16

  /// Bytes of request fields that select a variant; a response that needs more is not stored, and a
  /// request that has more of them gets none.
  static let selectionBytes = 8 << 10

  /// Commas and semicolons in request fields that select a variant, which make as many copies where
  /// fields must be normalised; what holds for `selectionBytes` holds for them.
  static let selectionSeparators = 256

  /// Bytes that an object costs beside its body, fields and key: objects, table slot, queue node.
  static let objectOverheadBytes = 640

  /// The part of a shard's memory that one object may take (1/8): a larger one is passed through.
  static let objectShareOfShard = 8

  /// The part of a shard's memory that bodies being received for it may take (1/4), one zone never
  /// more than it leaves free of that; beyond it responses are passed through and not stored.
  static let inFlightShareOfShard = 4

  /// The part of a loop's memory that the front cache may hold on to (1/16).
  static let frontShareOfLoop = 16

  /// Slots of a front cache, in sets of four; the set's oldest makes room.
  static let frontSlots = 4096

  /// Rules of a zone; more are refused. Each may be looked at for each request, within
  /// `matchingSteps`.
  package static let rules = 64

  /// Entries of `statusSeconds`.
  package static let statusLifetimes = 32

  /// Names or patterns in one list of a zone's cache settings.
  package static let listedNames = 64

  /// Bytes of a name or pattern.
  package static let patternBytes = 256

  /// Stars of a pattern.
  package static let patternStars = 4

  /// Steps (bytes compared) that a request may take to be compared with its zone's patterns, names
  /// and cookies, about a tenth of a millisecond; one that needs more is passed on, and nothing is
  /// stored of it.
  static let matchingSteps = 64 << 10

  /// Parameters of a query that are put in order; a query with more keeps its own.
  static let sortedParameters = 64

  /// Queue nodes looked at to find one victim; then the next one in line goes, hot or not.
  static let evictionSteps = 128

  /// Remembered evictions of a zone that holds little; otherwise as many as objects in `main`.
  static let leastGhosts = 64

  /// Responses that are fresh for less, in seconds, are not put on the disk: they would hardly be
  /// wanted from there.
  static let diskLifetimeSeconds: UInt64 = 10

  /// Bytes of a slice of a body that is too large to be kept whole; less where a shard has little
  /// memory.
  static let sliceBytes = 1 << 20

  /// The smallest such slice, in bytes.
  static let leastSliceBytes = 16 << 10

  /// Slices ahead of what has come of a large body for which its readers wait, instead of fetching them.
  static let slicesAwaited = 2

  /// How long they do while a client that reads slowly holds the download up. The origin is waited for as
  /// long as the fetch itself waits for it.
  static let sliceWait = Duration.seconds(2)

  /// Bytes of a piece of a stored body above which pieces are not merged any more.
  static let pieceBytes = 64 << 10

  /// Bodies up to this many bytes are stored in one piece.
  static let onePieceBytes = 256 << 10

  /// Hot bodies from this many bytes move to a file in memory, out of which the kernel sends them
  /// without copying; below it a copy costs less than the descriptor and the extra call.
  static let fileBodyBytes = 64 << 10

  /// Bytes copied between two turns of other lanes while a body is made compact.
  static let copyBytesPerTurn = 256 << 10

  /// Bytes kept of a body that is passed through to several clients; then the origin waits for
  /// the slowest of them.
  static let windowBytes = 1 << 20

  /// How long a fetch goes on that no client waits for any more, if its response may be stored.
  static let orphanDuration = Duration.seconds(30)

  /// How long stale responses are used without asking after the origin failed.
  static let failureDuration = Duration.seconds(5)

  /// How long requests for a key do not wait for each other after a response that could not be
  /// shared while others waited for it.
  static let markerDuration = Duration.seconds(10)

  /// Markers per loop, eight for the keys that share a place in the table (`MarkerTable` says which one
  /// goes for a ninth); 32 bytes each.
  static let markerSlots = 8192

  /// Reasons per loop why responses were not stored, for those who ask; a later one takes the slot.
  static let refusalSlots = 1024

  /// Sets of four instants of invalidation kept per shard; where more keys of a set are invalidated
  /// while a response is fetched, that may not be stored if its zone is among theirs.
  static let invalidationSets = 1024

  /// Times that a request asks again because what it waited for did not suit it; then it fetches
  /// by itself.
  static let rounds = 4

  /// The longest heuristic lifetime, in seconds (RFC 9111 section 4.2.2 warns beyond a day).
  static let heuristicSeconds: UInt64 = 86_400

  /// The largest delta-seconds, in seconds (RFC 9111 section 1.2.2 asks for 2^31 at least).
  static let deltaSeconds: UInt64 = 1 << 31

  /// Purges of URLs, tags and hosts that are kept per zone, about 64 bytes each (16 MiB in all), and as
  /// many again on the disk. With more, the older half of them counts for everything: more is void then
  /// than was asked for, never less.
  package static let purges = 256 << 10

  /// Purges at once that other servers of a fleet may not have made yet; more are not begun, and reach this one
  /// when the others are done.
  static let purgesUnderWay = 4_096

  /// Purges of prefixes that are kept per zone: each response is compared with all of them, once. With
  /// more, what holds for `purges` holds for them.
  package static let purgePrefixes = 256

  /// Tags of a response; one with more is not stored, since it could not be purged by all of them.
  package static let tags = 1_000

  /// Bytes of a tag; what holds for `tags` holds for them.
  package static let tagBytes = 1_024

  /// Bytes of all tags of a response; what holds for `tags` holds for them.
  package static let tagsBytes = 16 << 10

  /// Passes that a loop keeps for their memory.
  static let sparePasses = 64

  /// Responses that a walk after a purge (`PurgeWalk`) looks at in one turn of its zone's lane.
  static let walkedPerTurn = 64

  /// Queue nodes that a turn may pass without a look, because they came since: some 20 ns each.
  static let walkSteps = 512

  /// How long a turn may last, looks that take long (many tags, prefixes) included; about as long as one
  /// look more.
  static let walkTurnNanoseconds: UInt64 = 50_000

  /// What a look at a response that stays counts at least, in nanoseconds.
  static let walkLookNanoseconds: UInt64 = 1_000

  /// CPU that walks of a zone and shard may spend on responses that stay, whatever the rate of purges is:
  /// one nanosecond in so many of time (1/2000, half a millisecond a second). Beyond it the walk pauses.
  static let walkShare: UInt64 = 2_000

  /// What of that there must be before a walk that paused goes on, in nanoseconds: a few turns, since waking
  /// an idle loop costs about as much as one.
  static let walkResumeNanoseconds: UInt64 = 200_000

  /// What of that may be saved up and spent at once, in nanoseconds: 2,000 looks or fewer, so that what
  /// most zones have of a shard is looked at without a pause.
  static let walkCreditNanoseconds: UInt64 = 2_000_000

  /// What a response that is found void and taken out adds to it, in nanoseconds, up to as much: its own
  /// fetch cost more.
  static let walkEarningNanoseconds: UInt64 = 8_000
}
