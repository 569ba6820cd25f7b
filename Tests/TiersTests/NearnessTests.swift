// Which PoP is nearest to an origin, and that all servers say the same.

import Testing

@testable import Tiers

@Suite("Nearness to origins")
struct NearnessTests {
  private static let millisecond: UInt64 = 1_000_000

  /// The tables of the servers of an upper tier of `uppers` PoPs.
  private final class Tables {
    let topology: TierTopology
    var tables: [String: NearnessTable] = [:]

    init(_ uppers: Int) throws {
      topology = try .fleet(edges: 1, uppers: uppers)
      for name in names { tables[name] = NearnessTable(own: name) }
    }

    var names: [String] { topology.servers(of: .upper).map { topology.name($0) } }

    /// Measures at a server; true if that is told.
    @discardableResult
    func measure(
      _ name: String, _ milliseconds: UInt64, _ zone: String = "z", loop: Int = 0
    ) -> Bool {
      tables[name]?.measured(milliseconds * millisecond, of: zone, by: loop) ?? false
    }

    /// All tell what is new to the others, except to those of whom `isLost` says so; how many messages.
    @discardableResult
    func tell(isLost: (String) -> Bool = { _ in false }) -> Int {
      var count = 0
      for sender in names {
        for (server, messages) in tables[sender]?.takeMessages(for: names.filter { $0 != sender })
          ?? []
        {
          if isLost(server) {
            tables[sender]?.missed(server)
            continue
          }
          for message in messages {
            count += 1
            tables[server]?.heard(NearnessMessage(message.content), from: sender)
          }
        }
      }
      return count
    }

    /// The nearest PoPs in the eyes of all servers.
    func nearest(_ zone: String = "z") -> [String?] {
      names.map { name in
        let pop = tables[name]?.distances(of: zone, in: topology).first?.pop
        return pop.map { topology.pops[$0].name }
      }
    }
  }

  @Test func `all choose the nearest of what was told, and say nothing of what was not`() throws {
    let tables = try Tables(3)
    #expect(tables.nearest() == [nil, nil, nil])
    tables.measure("u0-0", 280)
    tables.measure("u1-0", 12)
    tables.measure("u2-0", 90)
    tables.tell()
    #expect(tables.nearest() == ["u1", "u1", "u1"])
    #expect(tables.nearest("another") == [nil, nil, nil])
  }

  @Test func `only what changes by more than a fifth is told, and changes anything`() throws {
    let tables = try Tables(2)
    tables.measure("u0-0", 100)
    tables.measure("u1-0", 110)
    tables.tell()
    for wavering: UInt64 in [119, 81, 100, 95, 118] {
      #expect(!tables.measure("u0-0", wavering))
      #expect(tables.tell() == 0)
      #expect(tables.nearest() == ["u0", "u0"])
    }
    #expect(tables.measure("u0-0", 121))
    // Until it is told they may differ.
    #expect(tables.nearest() == ["u1", "u0"])
    #expect(tables.tell() == 1)
    #expect(tables.nearest() == ["u1", "u1"])
    // And not back at once.
    #expect(!tables.measure("u0-0", 100))
    #expect(tables.nearest() == ["u1", "u1"])
  }

  @Test func `a server that starts later, or missed something, says the same as the others`() throws
  {
    let tables = try Tables(4)
    func measure(_ index: Int) {
      for zone in 0..<50 {
        tables.measure(
          tables.names[index], UInt64(5 + (index * 37 + zone * 11) % 50), "z\(zone)")
      }
    }
    for index in 0..<4 { measure(index) }
    tables.tell(isLost: { $0 == "u2-0" })
    tables.tables["u3-0"] = NearnessTable(own: "u3-0")
    tables.tell()
    measure(3)
    for _ in 0..<3 { tables.tell() }
    for zone in 0..<50 {
      let said = tables.nearest("z\(zone)")
      #expect(Set(said).count == 1 && said[0] != nil, "\(said)")
    }
    #expect(tables.tell() == 0, "nothing is new")
  }

  @Test func `what is near is equally near, and such zones are spread`() throws {
    let tables = try Tables(3)
    for zone in 0..<300 {
      for name in tables.names {
        // Within a millisecond nothing is told from the rest.
        let isTold = tables.tables[name]?.measured(UInt64(20_000 + zone), of: "z\(zone)", by: 0)
        #expect(isTold == true)
      }
    }
    tables.tell()
    var counts: [String: Int] = [:]
    for zone in 0..<300 {
      let said = tables.nearest("z\(zone)")
      #expect(Set(said).count == 1)
      counts[(said[0] ?? ""), default: 0] += 1
    }
    #expect(counts.values.allSatisfy { (60...140).contains($0) } && counts.count == 3, "\(counts)")
  }

  @Test func `the least of what loops measured counts`() throws {
    let tables = try Tables(2)
    #expect(tables.measure("u0-0", 100, loop: 0))
    #expect(!tables.measure("u0-0", 500, loop: 1))
    #expect(tables.measure("u0-0", 20, loop: 1))
    #expect(!tables.measure("u0-0", 21, loop: 0))
    tables.measure("u1-0", 50)
    tables.tell()
    #expect(tables.nearest() == ["u0", "u0"])
  }

  @Test func `zones are bounded: those make room of which nothing was heard for longest`() throws {
    let tables = try Tables(2)
    for zone in 0..<TierLimits.measuredZones { tables.measure("u0-0", 10, "z\(zone)") }
    tables.measure("u0-0", 20, "z7")
    #expect(tables.measure("u0-0", 10, "beyond"))
    let messages = TierLimits.measuredZones / 2 / TierLimits.zonesPerMessage
    #expect((messages...messages + 2).contains(tables.tell()))
    for zone in ["z7", "z\(TierLimits.measuredZones - 1)", "beyond"] {
      #expect(tables.nearest(zone) == ["u0", "u0"])
    }
    #expect(tables.nearest("z8") == [nil, nil])
  }

  @Test(
    arguments: [
      ("?\na.test 5\nb.test 7\n", true, ["a.test": 5, "b.test": 7]),
      ("a.test -5\nb test 7\n 8\nc.test\nd.test 99999999999999999999999\ne.test 1x", false, [:]),
      ("", false, [:]),
    ] as [(String, Bool, [String: UInt64])])
  func `a message is read line by line`(text: String, asksBack: Bool, zones: [String: UInt64]) {
    #expect(
      NearnessMessage(Array(text.utf8)) == NearnessMessage(asksBack: asksBack, zones: zones))
  }
}
