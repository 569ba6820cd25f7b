// One request that waits for the disk.

import Primitives
import Runtime

/// A request for a record, between the task that waits for it and the thread that reads.
///
/// `@unchecked Sendable`: what may change is confined to the loop of the task's lane.
final class DiskRequest: @unchecked Sendable {
  let digest: DiskDigest
  let zone: ZoneID
  let suits: @Sendable (DiskRecord) -> Bool
  let begun: Instant
  private let deadline: Instant
  /// Whether it is somebody's request, and no look by an operator.
  let isCounted: Bool
  private let lane: Lane
  private let parker: Parker
  private var answer: DiskRecord??

  init(
    _ digest: DiskDigest, _ zone: ZoneID, on lane: Lane, patience: Duration, isCounted: Bool,
    _ suits: @escaping @Sendable (DiskRecord) -> Bool
  ) {
    self.digest = digest
    self.zone = zone
    self.suits = suits
    self.isCounted = isCounted
    self.lane = lane
    begun = SystemClock.monotonic
    deadline = begun + patience
    parker = Parker(on: lane)
  }

  /// Answers the request. From any thread, once.
  func finish(_ record: DiskRecord?) {
    lane.post { [self] in
      answer = .some(record)
      parker.wake()
    }
  }

  /// The answer, when it has come; nil if that takes too long. On the task's lane.
  func wait() async -> DiskRecord? {
    while SystemClock.monotonic < deadline {
      if let answer { return answer }
      _ = await parker.park(until: deadline)
    }
    return nil
  }
}
