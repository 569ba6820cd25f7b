// What an operator chooses of the disk.

/// How much of the disk the cache may use.
package struct DiskConfiguration: Sendable {
  /// Bytes of segments and index together.
  package let quotaBytes: Int
  /// Bytes of a new segment.
  let segmentBytes: Int

  /// Segments of which something may be lent at a time.
  var lentSegments: Int { quotaBytes / segmentBytes / DiskLimits.lentShareOfSegments }

  /// At most `maximumBytes`, and no less than `DiskLimits.quotaBytesLeast`. It may differ from what
  /// it was at the last start: what is too much is evicted.
  package init(maximumBytes: Int) {
    quotaBytes = max(maximumBytes, DiskLimits.quotaBytesLeast)
    segmentBytes = min(
      max(quotaBytes / DiskLimits.segmentsOfQuota, DiskLimits.segmentBytesLeast),
      DiskLimits.segmentBytesMost)
  }

  /// Any sizes, for tests.
  init(quotaBytes: Int, segmentBytes: Int) {
    self.quotaBytes = quotaBytes
    self.segmentBytes = segmentBytes
  }
}
