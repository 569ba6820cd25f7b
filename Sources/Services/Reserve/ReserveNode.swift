// The reserve on one loop.

import Exchange
import HTTP
import Primitives
import Runtime

/// What one loop asks of the store, within its bounds.
///
/// Confined to its loop, but for `lane` and `laneOf`.
final class ReserveNode: @unchecked Sendable {
  // Confined to its loop; other threads only post to `lane`, and set `laneOf` behind its lock.
  let loop: EventLoop
  /// Where connections are served, and what is written for zones that the loop does not have in memory.
  let lane: Lane
  let client: StoreClient
  let configuration: ReserveConfiguration
  /// Set by the reserve, which lives as long as the process.
  weak var reserve: Reserve?
  let laneOf = Guarded<(@Sendable (ZoneID, EventLoop) -> Lane?)?>(nil)
  private var looks = LookQueue()
  /// Who waits for the turn of a look.
  private var parkers: [UInt64: Parker] = [:]
  private var writers = 0
  private var isSleeping = false

  init(
    _ configuration: ReserveConfiguration, _ endpoints: [SharedEndpoint], on loop: EventLoop,
    _ security: StoreSecurity, note: @escaping @Sendable (ReserveEndpoint, StoreFault) -> Void
  ) {
    self.configuration = configuration
    self.loop = loop
    lane = Lane(loop: loop, name: "reserve", isCommon: true)
    client = StoreClient(configuration, endpoints, on: lane, security, note: note)
  }

  // MARK: - Reading

  /// Waits for the turn of a look; false if it does not come in time. `endLook` must follow a turn.
  func beginLook(of zone: ZoneID, _ parker: Parker) async -> Bool {
    switch looks.ask(zone) {
    case .begun: return true
    case .refused: return false
    case .waits(let ticket): return await awaitTurn(ticket, of: zone, parker)
    }
  }

  private func awaitTurn(_ ticket: UInt64, of zone: ZoneID, _ parker: Parker) async -> Bool {
    reserve?.figuresSoFar.withLock { $0.queued += 1 }
    parkers[ticket] = parker
    defer { parkers[ticket] = nil }
    let patience = configuration.wait * ReserveLimits.turnWaits
    let deadline = loop.now + min(patience, ReserveLimits.longestTurnWait)
    while looks.isWaiting(ticket) {
      let outcome = await parker.park(until: deadline)
      // The turn may have come in the same moment.
      guard outcome != .woken, looks.isWaiting(ticket) else { continue }
      looks.gaveUp(ticket, of: zone)
      return false
    }
    return true
  }

  func endLook(of zone: ZoneID) {
    for ticket in looks.ended(zone) { parkers[ticket]?.wake() }
  }

  /// The record of an object, checked.
  func find(
    _ name: ObjectName, of zone: ZoneID, _ parker: Parker
  ) async -> ReservedFinding<ReservedRecord> {
    guard let reserve else { return .unknown }
    var request = StoreRequest(.get, Array(name.text.utf8))
    request.answerBytes =
      ObjectHeader.bytes + ReserveLimits.headBytes + ReserveLimits.bodyBytes
    let begun = loop.preciseNow
    let answer: StoreAnswer
    do throws(StoreFault) {
      answer = try await client.answer(
        request, .init(head: configuration.wait, body: ReserveLimits.bodyWait), parker)
    } catch {
      reserve.count(error)
      return .unknown
    }
    let took = loop.preciseNow.nanoseconds(since: begun)
    guard answer.isSuccess else {
      reserve.absent.withLock { $0.note(name, now: loop.now) }
      reserve.figuresSoFar.withLock { figures in
        figures.misses += 1
        figures.reads.record(nanoseconds: took)
      }
      return .absent
    }
    return await check(answer, name, of: zone, took: took, parker, in: reserve)
  }

  private func check(
    _ answer: StoreAnswer, _ name: ObjectName, of zone: ZoneID, took: UInt64, _ parker: Parker,
    in reserve: Reserve
  ) async -> ReservedFinding<ReservedRecord> {
    let opened: (record: ReservedRecord, header: ObjectHeader)
    do throws(ReservedObject.Flaw) {
      opened = try await ReservedObject.open(answer.body, named: name, of: zone, parker)
    } catch {
      reserve.count(error)
      reserve.discard(name, of: zone, now: loop.now)
      // It may have been damaged on its way only, and stay.
      return .unknown
    }
    let age = self.age(of: answer)
    let isVoid =
      reserve.queue.withLock { $0.isRemoved(name.targetPrefix, of: zone) }
      || reserve.isVoid(name, opened.record, written: opened.header.written)
    guard !isVoid, age <= configuration.retentionSeconds else {
      reserve.figuresSoFar.withLock { $0.expired += 1 }
      return .absent
    }
    if age > configuration.retentionSeconds / 2, let stamp = opened.header.stamp {
      reserve.refresh(name, stamp: stamp, of: zone)
    }
    reserve.figuresSoFar.withLock { figures in
      figures.hits += 1
      figures.bytesRead += UInt64(answer.body.count)
      figures.reads.record(nanoseconds: took)
    }
    return .found(opened.record)
  }

  /// Seconds since an object was written, by the store's own clock.
  func age(of answer: StoreAnswer) -> Int64 {
    guard let modified = answer.lastModified(now: loop.wallTime) else { return 0 }
    let now = answer.date(now: loop.wallTime) ?? loop.wallTime
    return max(0, now.seconds - modified.seconds)
  }

  // MARK: - Writing

  /// Begins what waits to be written, as much as may be under way. On the loop.
  func write() {
    guard let reserve else { return }
    while writers < ReserveLimits.writersPerLoop,
      let job = reserve.queue.withLock({ $0.next(now: loop.now) })
    {
      writers += 1
      let lane = laneOf.withLock { $0 }?(job.zone, loop) ?? self.lane
      lane.start { await self.perform(job, on: lane) }
    }
    guard writers < ReserveLimits.writersPerLoop, !isSleeping,
      let due = reserve.queue.withLock({ $0.nextDue }), due > loop.now
    else { return }
    isSleeping = true
    lane.start { await self.sleep(until: due) }
  }

  private func perform(_ job: WriteJob, on lane: Lane) async {
    let parker = Parker(on: lane)
    let retryAt = await write(job, parker)
    reserve?.queue.withLock { $0.ended(job, retryAt: retryAt) }
    if job.isRemoval, retryAt == nil { reserve?.noteChanged(job.zone) }
    writers -= 1
    write()
  }

  private func sleep(until due: Instant) async {
    let parker = Parker(on: lane)
    while await parker.park(until: due) == .woken {}
    isSleeping = false
    write()
  }
}
