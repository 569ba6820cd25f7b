// Every bound of the cache on disk, with its unit, its reason, and what happens at it.

/// Bounds of the disk behind the RAM cache.
package enum DiskLimits {
  /// The smallest quota, in bytes: 16 of the smallest segments. A smaller one is taken as this.
  package static let quotaBytesLeast = 64 << 20

  /// Segments that a quota is divided into: what is evicted at once, and stays free, is one or two.
  static let segmentsOfQuota = 64

  /// Segments that new records leave free: one for what an eviction writes again before its segment
  /// is gone, one for the index to grow meanwhile. What takes more is evicted soon.
  static let spareSegments = 2

  /// The smallest segment, in bytes: smaller ones would make many files. A quota has fewer then.
  static let segmentBytesLeast = 4 << 20

  /// The largest segment, in bytes: larger ones hold much room back while they are evicted. A quota
  /// has more then.
  static let segmentBytesMost = 256 << 20

  /// Records begin at multiples of this, in bytes, so that the next one is found behind damage.
  static let alignment = 64

  /// Bytes of a record's head; a record with more is refused.
  package static let headBytes = 64 << 10

  /// Bytes of a record's body; a record with more is refused: larger bodies come in slices.
  package static let bodyBytes = (1 << 20) + (64 << 10)

  /// Records of one digest (variants); the oldest goes for a new one.
  static let variants = 16

  /// Bytes of records in one commit, so that none takes long; the others are for the next one.
  static let commitBytes = 4 << 20

  /// Changes in one commit, which bound LMDB's memory for it; the others are for the next one.
  static let commitChanges = 1_024

  /// Changes that are ended in one go after their commit, in some 20 us; the others of the commit follow.
  static let finishedAtOnce = 64

  /// How long a change waits for others to be committed together with it, unless there are
  /// `commitBytes` before. What a power failure takes is at most so old.
  static let commitDelay = Duration.milliseconds(150)

  /// Bytes of one write to a segment, which are gathered before.
  static let writeBytes = 1 << 20

  /// Bytes of records that wait to be written, in memory. Beyond it a record is dropped, and so is one
  /// of a zone that would have more than is left for the others: the first has half, the next a quarter.
  static let pendingBytes = 64 << 20

  /// Changes that wait to be written, records or not, some 300 bytes each beside records' own; beyond it
  /// records are dropped, beyond twice as many all changes. Nor has a zone more than is left for the
  /// others: instead of more removals all that it has is forgotten.
  static let pendingChanges = 65_536

  /// Reads of a zone that wait; one more gets nothing, so that the origin is asked.
  static let readsOfZone = 256

  /// Reads that wait in all; what holds for `readsOfZone` holds for them.
  static let reads = 8_192

  /// Bytes of records that a loop reads itself, if the kernel has them in memory: about 50 us, which is no
  /// more than the way to a reader and back costs. Larger ones are left to the readers.
  static let promptBytes = 256 << 10

  /// Looks at the disk within one job, of 10 to 30 us each: a job may have many requests. For more of
  /// them it takes tasks, between which others have their turn.
  static let looksOfJob = 4

  /// A look at the index and a record in memory that took longer, in nanoseconds, is suspected to have
  /// waited for the disk.
  static let promptNanoseconds: UInt64 = 500_000

  /// How long loops leave all reading to the readers after that.
  static let promptRest = Duration.seconds(1)

  /// Bytes that are read at first, if the record has more: enough for most heads.
  static let firstReadBytes = 16 << 10

  /// Bytes of a segment that share one bit which says whether they were read since.
  static let heatBytes = 4 << 10

  /// Records that one step of an eviction looks at, so that commits are not held up; the walk goes on
  /// at the next one.
  static let evictionRecords = 1_024

  /// Bytes that one step of an eviction goes through; what holds for `evictionRecords` holds for them.
  static let evictionBytes = 4 << 20

  /// The part of evicted segments that may be written again (3/4), so that progress is certain; beyond
  /// it records go.
  static let reinsertedQuarters = 3

  /// What evictions leave of that part others may use, up to this part of the quota (1/4): segments
  /// full of what one zone keeps lie side by side, and it is enough for a whole disk of them.
  static let creditsOfQuota = 4

  /// A zone that has less than this part (15/16) of its share loses nothing that is not long expired.
  /// Not all of it: zones close to their share would have each other's records written again.
  static let shareSixteenths = 15

  /// How long a record is kept after it expired, in seconds, when its segment is evicted: as long as
  /// stale responses are served while an origin is away.
  static let staleSeconds: Int64 = 86_400

  /// Records that the sketch of frequencies is made for, at least; each costs 8 bytes of memory.
  static let sketchRecordsLeast = 1 << 13

  /// The same at most; with more records one-hit wonders are taken for more.
  static let sketchRecordsMost = 1 << 21

  /// The mean size of records that the sketch is made for, in bytes.
  static let sketchRecordBytes = 8 << 10

  /// Requests counted until a word of the sketch is halved: all have been after 4 times as many
  /// requests as it is made for records.
  static let requestsPerHalving = 4

  /// How long nothing is written after the first failure in a row; twice as long after each more.
  static let restAfterFailure = Duration.seconds(1)

  /// The longest such rest.
  static let longestRest = Duration.seconds(60)

  /// The first such rest if the disk is full: others must make room, or the segment given up did.
  static let restWhenFull = Duration.seconds(5)

  /// How long a kind of fault is not reported again; it is counted.
  static let reportInterval = Duration.seconds(10)

  /// Entries of the index looked at in one step of a sweep for those whose segment is gone.
  static let sweepEntries = 2_048

  /// How long the index must have served until it is believed after the next kill.
  static let confirmationDelay = Duration.seconds(60)

  /// How long a request waits for a record; then the origin is asked, as if there were none. A disk that
  /// takes longer has failed.
  static let findDuration = Duration.seconds(5)

  /// Removals that wait until the store is open; one more removes all that its zone has.
  static let missedRemovals = 4_096

  /// How long an opening waits while another process has the folder, before it tries again.
  static let openingInterval = Duration.seconds(1)

  /// Turns of the writer at the end; what waits then is lost. More than the queue has.
  static let closingTurns = 256

  /// Bytes of the folder's index that are mapped at first, of address space; it grows.
  static let indexMapBytes = 4 << 30
}
