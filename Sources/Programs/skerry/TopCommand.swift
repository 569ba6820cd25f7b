// `skerry top`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP
import Primitives
import Runtime

/// Shows who uses the edge, live.
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show who uses the edge, live: requests, hits, CPU, latency, bytes per zone.",
    discussion: """
      Zones with the most CPU come first; 100% is one core. HIT is the part of the requests that the \
      origin was not asked for. Keys: q quits.
      """)

  @Flag(help: "Show it once, averages since the edge started, and end.")
  var once = false

  @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
  var interval = 1.0

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if !(0.1...3_600).contains(interval) {
      throw ValidationError("--interval must be from 0.1 to 3600 seconds.")
    }
  }

  func run() throws {
    if once || control.json {
      let uptime = try control.ask(.get, "/v1/status", for: "the status")["uptimeSeconds"]?.number
      let result = try control.ask(.get, "/v1/ledger", for: "the ledger")
      if control.printsJSON(result) { return }
      let later = LedgerReading(result)
      let earlier = Self.start(of: later, uptime: uptime ?? 1)
      return Console.write(try view(from: earlier, later).text())
    }
    try live()
  }

  /// What the ledger was when the edge started: nothing.
  private static func start(of reading: LedgerReading, uptime: UInt64) -> LedgerReading {
    let past = max(uptime, 1) * 1_000_000_000
    let begun = reading.takenAt.nanoseconds > past ? reading.takenAt.nanoseconds - past : 0
    return LedgerReading(
      takenAt: Instant(nanoseconds: begun), epoch: 0, processCPUNanoseconds: 0)
  }

  private func view(from earlier: LedgerReading, _ later: LedgerReading) throws(CommandFailure)
    -> TopView
  {
    TopView(earlier: earlier, later: later, address: try control.client().address.description)
  }

  // MARK: - Live

  private func live() throws {
    let isScreen = Terminal.hasOutput
    let readsKeys = isScreen && Terminal.hasInput
    var earlier = LedgerReading(try control.ask(.get, "/v1/ledger", for: "the ledger"))
    if readsKeys { Terminal.readByKey() }
    if isScreen { Console.write(Self.openScreen) }
    defer {
      if isScreen { Console.write(Self.closeScreen) }
      if readsKeys { Terminal.restore() }
    }
    var misses = 0
    while true {
      switch wait(readsKeys) {
      case .over: break
      case .quit: return
      // Who started us is told that more than the view is to end.
      case .interrupt: throw CommandFailure(.interrupted, "")
      }
      do throws(CommandFailure) {
        let later = LedgerReading(try control.ask(.get, "/v1/ledger", for: "the ledger"))
        show(try view(from: earlier, later), isScreen)
        earlier = later
        misses = 0
      } catch {
        // An upgrade or a restart takes a moment; the view goes on with the new process.
        misses += 1
        guard error.status == .unreachable, misses < Self.patience else { throw error }
      }
    }
  }

  /// Looks in a row that may find no edge.
  private static let patience = 5

  private func show(_ view: TopView, _ isScreen: Bool) {
    guard isScreen else { return Console.write(view.text() + "\n") }
    let size = Terminal.size
    let lines = view.text(columns: size.columns, rows: size.rows - 1).split(
      separator: "\n", omittingEmptySubsequences: false)
    // Each line is cleared behind its text, so that nothing flickers.
    Console.write(Self.home + lines.joined(separator: Self.clearRest + "\r\n") + Self.clearBelow)
  }

  /// What can end the wait for the next look.
  private enum WaitEnd {
    case over, quit, interrupt
  }

  /// Waits for the interval, or until a key ends the view.
  private func wait(_ readsKeys: Bool) -> WaitEnd {
    var rest = Int(interval * 1_000)
    guard readsKeys else {
      Terminal.pause(milliseconds: rest)
      return .over
    }
    let end = SystemClock.monotonic + .milliseconds(rest)
    while rest > 0 {
      switch Terminal.key(withinMilliseconds: rest) {
      // q, Q, control-D.
      case .byte(113), .byte(81), .byte(4), .end: return .quit
      // Control-C.
      case .byte(3): return .interrupt
      case .byte, .none: break
      }
      rest = Int(end.nanoseconds(since: SystemClock.monotonic) / 1_000_000)
    }
    return .over
  }

  // ECMA-48; ?1049 is xterm's other screen, ?25 the cursor.
  private static let openScreen = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J"
  private static let closeScreen = "\u{1B}[?25h\u{1B}[?1049l"
  private static let home = "\u{1B}[H"
  private static let clearRest = "\u{1B}[K"
  private static let clearBelow = "\u{1B}[J"
}
