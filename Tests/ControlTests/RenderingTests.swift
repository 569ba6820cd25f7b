// What commands print, as text.

import ConfigurationTree
import Testing

@testable import Control
@testable import skerry

@Suite("skerry: what is printed") struct RenderingTests {
  private let earlier = UsageFixture.reading(
    at: 10, cpu: 1_000, [("shop.example", 100), ("idle.example", 7)])
  private let later = UsageFixture.reading(
    at: 12, cpu: 2_500,
    [("idle.example", 7), ("shop.example", 900), ("new.example", 30)])

  @Test("top shows rates between two readings, the zone with the most CPU first")
  func top() {
    let view = TopView(earlier: earlier, later: later, address: "run/edge/control.sock")
    #expect(
      view.text() == """
        skerry run/edge/control.sock  epoch 12  process CPU 75.0%  system 3.8%
        42K requests/s  hit 90.0%  24 connections  0 long jobs

        ZONE          REQ/S    HIT    CPU    P99  IN/S  OUT/S  CACHE  CONN
        shop.example    40K  90.0%  40.0%      -  7.6M   381M   5.0M     8
        new.example    1.5K  90.0%   1.5%  2.1ms  293K    14M   5.0M     8
        idle.example      0      -   0.0%      -    0B     0B   5.0M     8

        """)
  }

  @Test("top keeps to the screen and says what it leaves out")
  func smallScreen() {
    let view = TopView(earlier: earlier, later: later, address: "x")
    let lines = view.text(columns: 30, rows: 6).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 30 })
    #expect(lines.contains("and 1 zones more"))
  }

  @Test("top without any zone says that there was no request yet")
  func empty() {
    let reading = UsageFixture.reading(at: 1, cpu: 1, [])
    #expect(TopView(earlier: reading, later: reading).text().contains("no zone has had a request"))
  }

  @Test("slow tells of a zone how long it waited, and behind whom")
  func slowZone() {
    #expect(
      SlowCommand.text("b.test", UsageFixture.waits) == """
        b.test waited 812ms in the last minute on 2 loops, longest 41ms: 78.0% behind a.test, \
        12.0% behind its own requests, 5.0% behind the system, 4.0% behind arrivals, 1.0% behind others

        """)
    #expect(SlowCommand.text("b.test", ZoneWaits()).contains("waited for nobody"))
  }

  @Test("slow names whom each zone that waited was behind most, and of which time that is")
  func slowBehind() {
    let earlier = UsageFixture.reading(at: 10, cpu: 1_000, [("a", 500), ("b", 100)])
    var later = UsageFixture.reading(at: 20, cpu: 3_000, [("a", 600), ("b", 1_100)])
    later.zones[1].waits = UsageFixture.waits
    let window = UsageWindow(from: earlier, to: later)
    #expect(UsageWindow(window.tree) == window)
    let text = SlowCommand.text(SlowReport(.object([("windows", .array([window.tree]))])))
    #expect(
      text.contains(
        """
          waited longest    CPU  MEAN WAIT  REQUESTS  MOST BEHIND IN 60 s
          a                5.0%       50us       10K  -
          b               50.0%       50us      100K  a.test 78.0%
        """))
  }

  @Test("slow names who used the CPU and who waited, the newest window first")
  func slow() throws {
    let window = { (share: Int) -> ConfigurationValue in
      let entry = ConfigurationValue.object([
        ("lane", .string("loud.example")), ("zone", .bool(true)),
        ("cpuNanoseconds", .integer(share)), ("queueWaitNanoseconds", .integer(900_000)),
        ("wakeups", .integer(9)), ("requests", .integer(1_234)),
      ])
      return .object([
        ("nanoseconds", .integer(10_000_000_000)),
        ("processCPUNanoseconds", .integer(8_000_000_000)), ("longJobs", .integer(1)),
        ("byCPU", .array([entry])), ("byWait", .array([])),
      ])
    }
    let report = SlowReport(
      .object([
        ("windows", .array([window(1_000_000_000), window(6_000_000_000)])),
        (
          "longJobs",
          .array([
            .object([
              ("lane", .string("loud.example")), ("loop", .string("loop-0")),
              ("nanoseconds", .integer(5_300_000)),
            ])
          ])
        ),
      ]))
    #expect(
      SlowCommand.text(report) == """
        10s window: process CPU 80.0%, 1 long jobs
          used the CPU    CPU  MEAN WAIT  REQUESTS
          loud.example  75.0%      100us      1.2K

        10s window: process CPU 80.0%, 1 long jobs
          used the CPU    CPU  MEAN WAIT  REQUESTS
          loud.example  12.5%      100us      1.2K

        Jobs that held a loop for 2 ms or more, the newest first:
          LANE          LOOP    TIME
          loud.example  loop-0  5.3ms

        """)
  }

  @Test("apply prints its plan with one sign per line")
  func plan() {
    let plan = ConfigurationValue.object([
      ("dryRun", .bool(true)),
      ("added", .array([.string("a.example")])),
      (
        "changed",
        .array([
          .object([
            ("name", .string("b.example")), ("keys", .array([.string("weight"), .string("tls")])),
          ])
        ])
      ),
      ("removed", .array([.string("c.example")])), ("unchanged", .integer(4)),
    ])
    #expect(
      ApplyCommand.text(plan) == """
        + a.example
        ~ b.example (weight, tls)
        - c.example
        = 4 unchanged
        dry run: nothing was changed

        """)
    let nothing = ConfigurationValue.object([("unchanged", .integer(2))])
    #expect(ApplyCommand.text(nothing) == "= 2 unchanged\n")
  }

  @Test("zones are listed as a table")
  func list() {
    let zone = ConfigurationValue.object([
      ("name", .string("a.example")),
      ("hostnames", .array(["a.example", "b", "c", "d"].map { .string($0) })),
      ("origins", .array([.string("http://one:1")])), ("certificates", .integer(1)),
      ("paused", .bool(false)),
    ])
    #expect(
      ZoneListCommand.text([zone]) == """
        ZONE       HOSTNAMES                    ORIGINS       TLS  STATE
        a.example  a.example, b, c, and 1 more  http://one:1  yes  served

        """)
    #expect(ZoneListCommand.text([]).contains("skerry zone add"))
  }

  @Test(
    "figures have three digits and a unit",
    arguments: [
      (Figures.count(0), "0"), (Figures.count(999.4), "999"), (Figures.count(999.6), "1.0K"),
      (Figures.rate(0.25), "0.3"), (Figures.rate(7), "7"), (Figures.rate(12.5), "13"),
      (Figures.amount(1, "zone"), "1 zone"), (Figures.amount(2, "zone"), "2 zones"),
      (Figures.count(12_345), "12K"), (Figures.bytes(1_023), "1023B"),
      (Figures.bytes(1_536), "1.5K"), (Figures.bytes(5 << 30), "5.0G"),
      (Figures.latency(nanoseconds: 0), "-"), (Figures.latency(nanoseconds: 85_000), "85us"),
      (Figures.latency(nanoseconds: 12_340_000), "12ms"),
      (Figures.latency(nanoseconds: 90_000_000_000), "90s"),
      (Figures.share(nil), "-"), (Figures.share(0.1234), "12.3%"), (Figures.share(2), "200%"),
      (Figures.duration(seconds: 0), "0 s"), (Figures.duration(seconds: 312), "5 min 12 s"),
      (Figures.duration(seconds: 90_061), "1 d 1 h"),
      (Figures.duration(seconds: 3_600), "1 h 0 min"),
    ])
  func figures(text: String, expected: String) {
    #expect(text == expected)
  }

  @Test("faults of the edge are listed below what was tried")
  func refusal() {
    let failure = CommandFailure(
      [ControlFault(.invalid, "is 0. Give 1.", path: "weight"), ControlFault(.busy, "Wait.")],
      "changing a.example")
    #expect(
      failure.message == """
        skerry: changing a.example was refused; nothing was changed:
          weight: is 0. Give 1.
          Wait.
        """)
  }
}
