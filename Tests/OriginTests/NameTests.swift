// Names: what is remembered of them, whose is looked up next, and that nobody is held up.

import Dispatch
import Exchange
import Primitives
import Runtime
import Testing

@testable import Origin

@Suite struct NameTests {
  let start = Instant(nanoseconds: 1_000_000_000)
  let address = SocketAddress(ipv4: 192, 0, 2, 1, port: 0)

  static func zone(_ number: UInt64) -> ZoneID { ZoneID(high: 0, low: number) }

  // MARK: - The table

  @Test("addresses are used for 30 s, and then while they are asked for again")
  func addresses() {
    var table = NameTable()
    #expect(table.lookUp("a", now: start) == .unknown)
    table.resolved("a", [address], now: start)
    #expect(table.lookUp("a", now: start + .seconds(29)) == .addresses([address]))
    #expect(table.lookUp("a", now: start + .seconds(30)) == .stale([address]))
    table.failed("a", "gone", took: .zero, now: start + .seconds(31))
    #expect(table.lookUp("a", now: start + .milliseconds(31_500)) == .addresses([address]))
    #expect(table.lookUp("a", now: start + .seconds(33)) == .stale([address]))
    table.failed("a", "gone", took: .zero, now: start + .seconds(5_000))
    #expect(table.lookUp("a", now: start + .seconds(5_000)) == .failed("gone"))
  }

  @Test("failures in a row are remembered longer each time, up to a minute")
  func failures() {
    var table = NameTable()
    var now = start
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
      table.failed("a", "gone", took: .zero, now: now)
      let last = now + .milliseconds(seconds * 1_000 - 1)
      #expect(table.lookUp("a", now: last) == .failed("gone"))
      now = now + .seconds(seconds)
      #expect(table.lookUp("a", now: now) == .unknown)
    }
    table.resolved("a", [address], now: now)
    now = now + .seconds(5_000)
    table.failed("a", "gone", took: .seconds(5), now: now)
    #expect(table.lookUp("a", now: now + .seconds(49)) == .failed("gone"))
    #expect(table.lookUp("a", now: now + .seconds(50)) == .unknown)
  }

  @Test("while a look-up takes too long for a zone, that zone does not wait for it")
  func delayed() {
    var table = NameTable()
    table.delayed("a", for: Self.zone(1), now: start)
    #expect(table.isDelayed("a", for: Self.zone(1), now: start + .seconds(4)))
    #expect(!table.isDelayed("a", for: Self.zone(1), now: start + .seconds(5)))
    #expect(!table.isDelayed("a", for: Self.zone(2), now: start))
    #expect(table.lookUp("a", now: start) == .unknown)
  }

  @Test("a loop remembers a bounded number of names")
  func nameLimit() {
    var table = NameTable()
    for index in 0..<(OriginLimits.cachedNames + 10) {
      let now = start.advanced(byNanoseconds: UInt64(index))
      table.failed("name-\(index)", "x", took: .zero, now: now)
    }
    #expect(table.count == OriginLimits.cachedNames)
  }

  // MARK: - The queue

  @Test("a zone has one look-up at a time, and zones have their turns")
  func turns() {
    var queue = LookupQueue(threads: 2)
    for host in ["a", "b", "c", "a"] { queue.add(.init(zone: Self.zone(1), host: host)) }
    queue.add(.init(zone: Self.zone(2), host: "x"))
    queue.add(.init(zone: Self.zone(3), host: "y"))
    #expect(queue.next(now: start)?.host == "a")
    #expect(queue.next(now: start)?.host == "x")
    #expect(queue.next(now: start) == nil, "no thread is left")
    queue.ended(.init(zone: Self.zone(2), host: "x"), took: .zero, now: start)
    #expect(queue.next(now: start)?.host == "y")
    queue.ended(.init(zone: Self.zone(1), host: "a"), took: .zero, now: start)
    #expect(queue.next(now: start)?.host == "b")
    queue.ended(.init(zone: Self.zone(3), host: "y"), took: .zero, now: start)
    #expect(queue.next(now: start) == nil, "zone 1 has one under way")
    queue.ended(.init(zone: Self.zone(1), host: "b"), took: .zero, now: start)
    #expect(queue.next(now: start)?.host == "c")
  }

  @Test("a name that several zones wait for is asked for once it is their turn, and then dropped")
  func shared() {
    var queue = LookupQueue(threads: 2)
    queue.add(.init(zone: Self.zone(1), host: "dead"))
    queue.add(.init(zone: Self.zone(1), host: "a"))
    queue.add(.init(zone: Self.zone(2), host: "a"))
    #expect(queue.next(now: start)?.host == "dead")
    #expect(queue.next(now: start) == .init(zone: Self.zone(2), host: "a"))
    queue.ended(.init(zone: Self.zone(2), host: "a"), took: .zero, now: start)
    queue.ended(.init(zone: Self.zone(1), host: "dead"), took: .seconds(9), now: start)
    #expect(queue.next(now: start) == nil)
  }

  @Test("zones that were slow lately have half of the threads")
  func slowZones() {
    var queue = LookupQueue(threads: 4)
    let slow = (1...4).map { LookupQueue.Lookup(zone: Self.zone($0), host: "dead-\($0)") }
    for lookup in slow { queue.add(lookup) }
    #expect((1...4).compactMap { _ in queue.next(now: start) } == slow)
    for lookup in slow { queue.ended(lookup, took: .seconds(5), now: start) }
    for lookup in slow { queue.add(lookup) }
    queue.add(.init(zone: Self.zone(5), host: "good"))
    #expect(queue.next(now: start) == slow[0])
    #expect(queue.next(now: start) == slow[1])
    #expect(queue.next(now: start)?.host == "good")
    #expect(queue.next(now: start) == nil)
    #expect(queue.next(now: start + OriginLimits.slownessMemory) == slow[2])
  }

  // MARK: - The threads

  @Test("while a zone's name server is dead, another zone's look-up goes on")
  func deadNameServer() async {
    let nameServer = DispatchSemaphore(value: 0)
    let group = SharedRuntime.group
    let address = address
    let lookups = NameLookups(loop: group.storage[0], threads: group.lookups) { host in
      if host.hasPrefix("dead") { nameServer.wait() }
      return .success([address])
    }
    let found = await SharedRuntime.run { lane -> [SocketAddress]? in
      let resolver = OriginResolver(loop: lane.loop, lookups: lookups, reader: group.storage[0])
      for number in 0..<10 {
        let waiter = Lane(loop: lane.loop, name: "dead")
        waiter.start {
          _ = await Self.addresses(
            of: "dead-\(number)", port: 80, zone: 1, resolver, Parker(on: waiter))
        }
      }
      return await Self.addresses(of: "good", port: 443, zone: 2, resolver, Parker(on: lane))
    }
    #expect(found?.map(\.port) == [443])
    for _ in 0..<10 { nameServer.signal() }
  }

  private static func addresses(
    of host: String, port: UInt16, zone: UInt64, _ resolver: OriginResolver, _ parker: Parker
  ) async -> [SocketAddress]? {
    do throws(Failure) {
      return try await resolver.addresses(
        of: host, port: port, for: Self.zone(zone), parker: parker)
    } catch { return nil }
  }
}
