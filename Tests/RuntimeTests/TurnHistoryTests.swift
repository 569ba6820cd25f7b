// Who had the loop while a lane waited, against plain lists that record everything.

import Primitives
@testable import Runtime
import Testing

@Suite("The history of turns")
struct TurnHistoryTests {
  /// A turn as the oracle records it.
  private struct Turn {
    let lane: Int
    let begin: UInt64
    let end: UInt64
  }

  private static func lanes(_ count: Int, on loop: EventLoop) -> [Lane] {
    (0..<count).map { Lane(loop: loop, name: "lane \($0)") }
  }

  /// What `history` tells of the time from `since` to `end`: by lane, and the loop's own as -1.
  private static func told(
    _ history: borrowing TurnHistory, from since: UInt64, to end: UInt64, _ lanes: [Lane]
  ) -> [Int: UInt64] {
    var told: [Int: UInt64] = [:]
    _ = history.forEach(from: since, to: end) { lane, ticks in
      told[lane.flatMap { lane in lanes.firstIndex { $0 === lane } } ?? -1, default: 0] += ticks
    }
    return told
  }

  /// The same by the oracle.
  private static func recorded(
    _ turns: [Turn], from since: UInt64, to end: UInt64
  ) -> [Int: UInt64] {
    var told: [Int: UInt64] = [:]
    var rest = end - since
    for turn in turns where turn.end > since {
      let ticks = turn.end - max(turn.begin, since)
      told[turn.lane, default: 0] += ticks
      rest -= ticks
    }
    if rest > 0 { told[-1] = rest }
    return told
  }

  @Test("the history tells of each lane what plain records do, as far back as it goes")
  func model() async {
    await SharedRuntime.run { lane in
      var generator = SplitMix64(seed: 10)
      let lanes = Self.lanes(100, on: lane.loop)
      for round in 0..<200 {
        var history = TurnHistory()
        var turns: [Turn] = []
        var now: UInt64 = 1_000
        let many = round % 2 == 0 ? 4 : 100
        for _ in 0..<Int.random(in: 1...300, using: &generator) {
          let index = Int.random(in: 0..<many, using: &generator)
          let isSame = turns.last?.lane == index
          let begin = now + (isSame ? 0 : UInt64.random(in: 0...50, using: &generator))
          now = begin + UInt64.random(in: 1...1_000, using: &generator)
          turns.append(Turn(lane: index, begin: begin, end: now))
          history.add(lanes[index], from: begin, to: now, ran: now - begin)
          guard Int.random(in: 0..<4, using: &generator) == 0 else { continue }
          let since = UInt64.random(
            in: max(turns[0].begin, now - min(now, 40_000))...now, using: &generator)
          let told = Self.told(history, from: since, to: now, lanes)
          let recorded = Self.recorded(turns, from: since, to: now)
          if told.values.reduce(0, +) == now - since {
            #expect(told == recorded)
          } else {
            // Longer ago than the spans, of which there is at least one for each turn.
            #expect(turns.count { $0.end > since } >= RuntimeLimits.rememberedTurns)
            #expect(told.allSatisfy { $0.value <= recorded[$0.key] ?? 0 })
          }
        }
      }
    }
  }

  @Test("a lane that ended is still named, and is let go of with its last turn")
  func ended() async {
    await SharedRuntime.run { lane in
      let others = Self.lanes(2, on: lane.loop)
      var history = TurnHistory()
      weak var ended: Lane?
      do {
        let lane = Lane(loop: lane.loop, name: "ended.test")
        ended = lane
        history.add(lane, from: 100, to: 200, ran: 100)
        history.add(others[0], from: 200, to: 300, ran: 100)
        history.add(lane, from: 300, to: 400, ran: 100)
      }
      var ticks: UInt64 = 0
      _ = history.forEach(from: 100, to: 400) { if $0?.name == "ended.test" { ticks += $1 } }
      #expect(ticks == 200)
      for turn in 0..<UInt64(RuntimeLimits.rememberedTurns - 1) {
        #expect(ended != nil)
        history.add(others[Int(turn % 2)], from: 400 + turn, to: 401 + turn, ran: 1)
      }
      history.add(others[1], from: 900, to: 901, ran: 1)
      history.add(others[0], from: 901, to: 902, ran: 1)
      #expect(ended == nil)
      #expect(others.map(\.spans).reduce(0, +) == RuntimeLimits.rememberedTurns)
    }
  }

  @Test("turns of one lane with little between them are one span, and that little is the loop's")
  func joined() async {
    await SharedRuntime.run { lane in
      let lanes = Self.lanes(1, on: lane.loop)
      var history = TurnHistory()
      for turn in 0..<1_000 as Range<UInt64> {
        history.add(lanes[0], from: turn * 100, to: turn * 100 + 80, ran: 80)
      }
      #expect(lanes[0].spans == 1)
      let told = Self.told(history, from: 0, to: 100_000, lanes)
      #expect(told == [0: 80_000, -1: 20_000])
      let half = Self.told(history, from: 49_990, to: 99_980, lanes)
      #expect((half[0] ?? 0) > 39_900 && (half[0] ?? 0) < 40_100)
    }
  }

  @Test("time that the machine took from a turn is not the lane's")
  func stolen() async {
    await SharedRuntime.run { lane in
      let lanes = Self.lanes(1, on: lane.loop)
      var history = TurnHistory()
      history.add(lanes[0], from: 0, to: 1_000, ran: 300)
      #expect(Self.told(history, from: 0, to: 1_000, lanes) == [0: 300, -1: 700])
    }
  }
}
