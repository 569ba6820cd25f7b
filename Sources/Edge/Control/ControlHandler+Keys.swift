// The keys of signed zones are changed in time.

import ConfigurationTree
import Exchange
import Primitives
import Runtime
import Zones

extension ControlHandler {
  /// Takes what is due for the keys of zones again and again: the one place where that is done. As a task of
  /// the API's lane.
  func lookAfterKeys() async {
    while !keyClock.isCancelled {
      if backend.acceptsChanges {
        do throws(ControlRefusal) {
          try await settleClock()
          try await advanceKeys()
          keyFailure = nil
        } catch { noteKeyFailure(error) }
      }
      _ = await keyClock.park(until: lane.loop.now + ControlLimits.keyInterval)
    }
  }

  /// Has waits go on as if the clock had not been set, if it was: while this process runs, or since another did.
  func settleClock() async throws(ControlRefusal) {
    let desk = desk
    let known = clockReading
    let read = await worker.perform { () -> Result<(ClockReading, Int64?), ControlRefusal> in
      let reading = ClockReading(
        wall: SystemClock.wall, sinceBoot: SystemClock.sinceBootSeconds,
        boot: known?.boot ?? ClockReading.currentBoot())
      guard let known else {
        do throws(ControlRefusal) {
          return .success((reading, try desk.clockJump(reading)))
        } catch { return .failure(error) }
      }
      let jump = reading.jump(since: known)
      return .success((reading, jump == 0 ? nil : jump))
    }
    let (reading, jump) = try read.get()
    guard let jump else {
      // What a restart compares with is older then, and good for as long as the clock is not set.
      clockReading = reading
      return
    }
    if jump != 0 {
      backend.note(
        "the clock was set \(jump > 0 ? "forward" : "back") by \(abs(jump)) seconds: what rollovers of keys wait "
          + "for is moved by as much")
    }
    let failure = try await settleKeys(reading, jump)
    clockReading = reading
    if let failure { throw failure }
  }

  /// Goes through all keys; why one was left out, if one was.
  private func settleKeys(
    _ reading: ClockReading, _ jump: Int64
  ) async throws(ControlRefusal) -> ControlRefusal? {
    let desk = desk
    var last: ZoneID?
    var failure: ControlRefusal?
    repeat {
      let after = last
      let outcome = try await changed { () throws(ControlRefusal) in
        try desk.settleKeys(after: after, jump: jump, now: reading.wall)
      }
      failure = outcome.failure ?? failure
      last = outcome.last
    } while last != nil
    _ = try await changed { () throws(ControlRefusal) in try desk.note(reading) }
    return failure
  }

  /// Takes the steps that are due, and has zones above asked for their DS records.
  func advanceKeys() async throws(ControlRefusal) {
    let desk = desk
    guard try await isKeyDue() else { return }
    let room = max(0, ControlLimits.parentQuestions - questionCount)
    let outcome = try await changed { () throws(ControlRefusal) in
      try desk.advanceKeys(
        SystemClock.wall, limit: ControlLimits.zonesAdvanced, questions: room)
    }
    for work in outcome.questions {
      questionCount += 1
      lane.start { await self.askParent(work) }
    }
    if let failure = outcome.failure { throw failure }
  }

  private func isKeyDue() async throws(ControlRefusal) -> Bool {
    let desk = desk
    let result = await worker.perform { () -> Result<Bool, ControlRefusal> in
      do throws(ControlRefusal) { return .success(try desk.hasDueKeys(SystemClock.wall)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func askParent(_ work: ZoneStore.KeyWork) async {
    let found = await backend.delegations(of: work.name, zone: work.id)
    questionCount -= 1
    guard found != .unknown, backend.acceptsChanges else { return }
    let desk = desk
    do throws(ControlRefusal) {
      let outcome = try await changed { () throws(ControlRefusal) in
        try desk.observe(found, of: work.id, now: SystemClock.wall)
      }
      if let failure = outcome.failure { throw failure }
    } catch { noteKeyFailure(error) }
  }

  /// What the operator asks for. What is said of the zone above is believed if a resolver says so, too, where
  /// one is asked.
  func changeKeys(
    _ name: String, _ exchange: Exchange
  ) async throws(ControlRefusal) -> ControlAnswer {
    let desk = desk
    let asked = Guarded<(tree: ConfigurationValue, work: ZoneStore.KeyWork)?>(nil)
    let answer = try await change(with: exchange) { tree, noted throws(ControlRefusal) in
      let outcome = try desk.changeKeys(name, tree, told: nil, &noted)
      if let work = outcome.questions.first { asked.withLock { $0 = (tree, work) } }
      return outcome
    }
    guard let (tree, work) = asked.withLock({ $0 }) else { return answer }
    let told = await backend.delegations(of: work.name, zone: work.id)
    return try await change { () throws(ControlRefusal) in
      var decoder = ConfigurationDecoder()
      return try desk.changeKeys(name, tree, told: told, &decoder)
    }
  }

  private func noteKeyFailure(_ refusal: ControlRefusal) {
    let text = refusal.faults.map(\.message).joined(separator: " ")
    guard text != keyFailure else { return }
    keyFailure = text
    backend.note("keys of signed zones could not be changed: \(text)")
  }
}
