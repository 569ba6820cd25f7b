// Keeps what a loop charges to its lanes equal to the CPU time that its thread got.

/// Compares the ticks that a loop charged with the thread's CPU time, and says what to correct.
///
/// The time stamp counter goes on while other processes (or, in a virtual machine, other guests)
/// have the core, so jobs are charged too much on a busy machine; falling asleep and waking is
/// charged to nobody. Reading the thread's clock is a system call, so it is done now and then and
/// after jobs that took suspiciously long.
struct ChargeAudit {
  /// Ticks that were charged too much and not taken back yet.
  private(set) var excessTicks: UInt64 = 0
  /// The part of it that the last check found.
  private var foundTicks: UInt64 = 0
  private var checkedTicks: UInt64
  private var checkedNanoseconds: UInt64
  /// Ticks since the last check that were charged to nobody.
  private var unchargedTicks: UInt64 = 0

  /// Begins at the counter `ticks`, when the thread had used `cpuNanoseconds`.
  init(ticks: UInt64, cpuNanoseconds: UInt64) {
    checkedTicks = ticks
    checkedNanoseconds = cpuNanoseconds
  }

  /// The counter at the last check.
  var lastCheckTicks: UInt64 { checkedTicks }

  /// The next `ticks` are charged to nobody: the loop slept.
  mutating func rest(ticks: UInt64) { unchargedTicks &+= ticks }

  /// Compares at the counter `ticks`, until which everything is charged or rested; the ticks of CPU
  /// that nobody was charged for.
  mutating func check(ticks: UInt64, cpuNanoseconds: UInt64, clock: CPUClock) -> UInt64 {
    let elapsed = ticks &- checkedTicks
    let charged = elapsed - min(elapsed, unchargedTicks)
    let used = clock.ticks(cpuNanoseconds &- checkedNanoseconds)
    checkedTicks = ticks
    checkedNanoseconds = cpuNanoseconds
    unchargedTicks = 0
    foundTicks = charged > used ? charged - used : 0
    excessTicks += foundTicks
    if charged >= used { return 0 }
    let missing = used - charged
    let repaid = min(missing, excessTicks)
    excessTicks -= repaid
    return missing - repaid
  }

  /// What is to be charged for a job of `ticks`, from which excess is taken back: what a check
  /// right after the job found, else up to three quarters of the job.
  mutating func corrected(_ ticks: UInt64, isChecked: Bool) -> UInt64 {
    let back = min(excessTicks, isChecked ? min(ticks, foundTicks) : ticks - ticks / 4)
    excessTicks -= back
    return ticks - back
  }
}
