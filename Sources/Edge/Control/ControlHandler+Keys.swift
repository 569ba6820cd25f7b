// The keys of signed zones are changed in time.

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
          try await advanceKeys()
          keyFailure = nil
        } catch { noteKeyFailure(error) }
      }
      _ = await keyClock.park(until: lane.loop.now + ControlLimits.keyInterval)
    }
  }

  /// Takes the steps that are due, and has zones above asked for their DS records.
  func advanceKeys() async throws(ControlRefusal) {
    let desk = desk
    guard try await isKeyDue() else { return }
    let outcome = try await changed { () throws(ControlRefusal) in
      try desk.advanceKeys(SystemClock.wall, limit: ControlLimits.zonesAdvanced)
    }
    // Those that are too many come again.
    for work in outcome.questions where questionCount < ControlLimits.parentQuestions {
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
    guard let found, backend.acceptsChanges else { return }
    let desk = desk
    do throws(ControlRefusal) {
      let outcome = try await changed { () throws(ControlRefusal) in
        try desk.observe(found, of: work.id, now: SystemClock.wall)
      }
      if let failure = outcome.failure { throw failure }
    } catch { noteKeyFailure(error) }
  }

  private func noteKeyFailure(_ refusal: ControlRefusal) {
    let text = refusal.faults.map(\.message).joined(separator: " ")
    guard text != keyFailure else { return }
    keyFailure = text
    backend.note("keys of signed zones could not be changed: \(text)")
  }
}
