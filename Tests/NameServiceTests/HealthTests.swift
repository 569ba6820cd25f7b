// Records whose addresses are checked: in images, and in answers.

import ConfigurationTree
import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Health", .serialized)
struct HealthTests {
  typealias Members = [(String, ConfigurationValue)]

  private static func record(
    _ name: String, _ type: String, _ content: String, check: ConfigurationValue? = nil,
    weight: Int? = nil
  ) -> Members {
    [("name", .string(name)), ("type", .string(type)), ("content", .string(content))]
      + (check.map { [("healthCheck", $0)] } ?? [])
      + (weight.map { [("weight", .integer($0))] } ?? [])
  }

  private static func decode(_ records: [Members]) -> (image: ZoneImage?, faults: [String]) {
    var decoder = ConfigurationDecoder()
    let list = [record("@", "NS", "ns.elsewhere.")] + records
    let tree = ConfigurationValue.object([("records", .array(list.map { .object($0) }))])
    guard let object = decoder.object(tree, keys: ["records"]) else { return (nil, []) }
    let image = ZoneImage.decode(in: object, zone: "z.test", &decoder)
    return (image, decoder.faults.map { "\($0.path) \($0.problem)" })
  }

  private static let tcp = ConfigurationValue.object([
    ("kind", .string("tcp")), ("port", .integer(8_080)),
  ])
  private static let https = ConfigurationValue.object([
    ("kind", .string("https")), ("host", .string("origin.example")), ("path", .string("/up?x=1")),
    ("status", .string("2xx")), ("verifyCertificate", .bool(false)),
    ("intervalMilliseconds", .integer(70_000)), ("timeoutMilliseconds", .integer(10_000)),
    ("failures", .integer(5)), ("successes", .integer(7)),
  ])

  @Test("checks come back as they were given, for all of a set, and their order does not matter")
  func roundTrip() throws {
    let records = [
      Self.record("a", "A", "192.0.2.1"), Self.record("a", "A", "192.0.2.2", check: Self.tcp),
      Self.record("b", "AAAA", "2001:db8::1", check: Self.https),
      Self.record("b", "A", "192.0.2.3", check: Self.tcp, weight: 3),
      Self.record("b", "A", "192.0.2.4"), Self.record("c", "A", "192.0.2.5"),
    ]
    let image = try #require(Self.decode(records).image)
    #expect(ZoneImage(image.bytes) == image && image.hasChecks)
    #expect(Self.decode(records.reversed()).image == image)
    var decoder = ConfigurationDecoder()
    let decoded = decoder.object(.object([("records", image.tree)]), keys: ["records"])
    let object = try #require(decoded)
    #expect(ZoneImage.decode(in: object, zone: "z.test", &decoder) == image)
    let checked = image.checkedRecords
    #expect(
      checked.map { "\($0.number) \($0.owner) \($0.target.address) \($0.target.host)" } == [
        "0 a.z.test 192.0.2.1:8080 a.z.test", "1 a.z.test 192.0.2.2:8080 a.z.test",
        "2 b.z.test 192.0.2.3:8080 b.z.test", "3 b.z.test 192.0.2.4:8080 b.z.test",
        "4 b.z.test [2001:db8::1]:443 origin.example",
      ])
    let check = checked[4].target.check
    #expect(check.statuses == 200...299 && check.path == "/up?x=1" && !check.verifiesCertificate)
    #expect(check.intervalMilliseconds == 70_000 && check.timeoutMilliseconds == 10_000)
    #expect(check.failures == 5 && check.successes == 7)
    let plain = try #require(Self.decode([Self.record("a", "A", "192.0.2.1")]).image)
    #expect(!plain.hasChecks && plain.checkedRecords.isEmpty)
  }

  @Test("what is wrong with a check is told") func faults() {
    func fault(_ check: Members, _ type: String = "A", _ content: String = "192.0.2.1") -> String {
      Self.decode([Self.record("x", type, content, check: .object(check))]).faults.joined(
        separator: ";")
    }
    let tcp: Members = [("kind", .string("tcp")), ("port", .integer(1))]
    let http: Members = [("kind", .string("http"))]
    #expect(fault([]).hasPrefix("records[1].healthCheck.kind"))
    #expect(fault([("kind", .string("icmp"))]) == "records[1].healthCheck.kind is \"icmp\"")
    #expect(fault([("kind", .string("tcp"))]) == "records[1].healthCheck has no port")
    #expect(
      fault(tcp + [("path", .string("/"))]) == "records[1].healthCheck.path means nothing for tcp")
    #expect(
      fault(http + [("verifyCertificate", .bool(true))])
        == "records[1].healthCheck.verifyCertificate means nothing for http")
    #expect(fault(http + [("path", .string("up"))]) == "records[1].healthCheck.path is \"up\"")
    #expect(fault(http + [("path", .string("/a b"))]) == "records[1].healthCheck.path is \"/a b\"")
    #expect(fault(http + [("host", .string("a b"))]) == "records[1].healthCheck.host is \"a b\"")
    for (key, number) in [
      ("port", 0), ("intervalMilliseconds", 999), ("timeoutMilliseconds", 60_001), ("failures", 0),
      ("successes", 101),
    ] {
      #expect(fault(http + [(key, .integer(number))]).hasPrefix("records[1].healthCheck.\(key) "))
    }
    #expect(
      fault(tcp, "MX", "10 a.") == "records[1] is MX with a health check, and has no address")
    #expect(
      fault(tcp, "CNAME", "a.elsewhere.")
        == "records[1] is CNAME with a health check, and has no address")
    let different = [
      Self.record("x", "A", "192.0.2.1", check: Self.tcp),
      Self.record("x", "A", "192.0.2.2", check: Self.https),
    ]
    #expect(
      Self.decode(different).faults == [
        "records[2] has another health check than others of its name and type"
      ])
    let placed =
      Self.record("x", "A", "192.0.2.2", check: Self.tcp) + [("countries", .array([.string("DE")]))]
    #expect(
      Self.decode([Self.record("x", "A", "192.0.2.1"), placed]).faults == [
        "records[2] has a health check beside flatten, or beside places"
      ])
  }

  @Test("the records of a zone that are checked are bounded") func bound() {
    func decode(_ count: Int) -> [String] {
      Self.decode(
        (0..<count).map { Self.record("x", "A", "10.0.\($0 >> 8).\($0 & 255)", check: Self.tcp) }
      ).faults
    }
    #expect(decode(256).isEmpty)
    #expect(decode(257) == ["records has 257 records whose addresses are checked"])
  }

  @Test("an image with a broken check is none") func soundness() throws {
    let image = try #require(
      Self.decode([Self.record("x", "A", "192.0.2.1", check: Self.tcp)]).image)
    // The last rule: its length, kind, type, number of the first record, and the check with the path "/".
    let check = image.bytes.count - 20
    for (place, value) in [
      (check - 4, 1), (check - 3, 28), (check - 2, 1), (check, 3), (check + 1, 2), (check + 3, 0),
      (check + 4, 9), (check + 9, 0xff), (check + 16, 0), (check + 18, 2), (check + 19, 32),
    ] {
      var bytes = image.bytes
      bytes[place] = UInt8(value)
      if place == check + 3 { bytes[check + 2] = 0 }
      #expect(ZoneImage(bytes) == nil, "\(place - check)")
    }
  }

  /// What a plain reading of the records says to a question: the records that may be in an answer, and how
  /// many are.
  private static func expected(
    _ records: [(name: String, address: UInt8, isChecked: Bool, weight: Int?)], _ name: String,
    ill: Set<UInt8>
  ) -> (addresses: Set<UInt8>, count: Int) {
    let set = records.filter { $0.name == name }
    let isChecked = set.contains { $0.isChecked }
    let well = set.filter { !isChecked || !ill.contains($0.address) }
    let given = well.isEmpty ? set : well
    let isWeighted = set.contains { $0.weight != nil }
    return (Set(given.map(\.address)), isWeighted ? 1 : given.count)
  }

  @Test("an answer has the addresses that are well, or all if none is, whatever is ill")
  func answers() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      for round in 1...60 {
        var records: [(name: String, address: UInt8, isChecked: Bool, weight: Int?)] = []
        for (index, name) in ["a", "b", "c", "d"].enumerated() {
          let isChecked = Bool.random()
          for number in 0..<Int.random(in: 1...6) {
            let isWeighted = index > 1 && Bool.random()
            records.append(
              (
                name, UInt8(index * 16 + number), isChecked && (number == 0 || Bool.random()),
                isWeighted ? Int.random(in: 1...5) : nil
              ))
          }
        }
        let members =
          records.map {
            Self.record(
              $0.name, "A", "192.0.2.\($0.address)", check: $0.isChecked ? Self.tcp : nil,
              weight: $0.weight)
          } + [Self.record("alias", "CNAME", "a"), Self.record("@", "CNAME", "alias")]
        guard let image = Self.decode(members).image else {
          return "\(Self.decode(members).faults)"
        }
        let id = ZoneID(high: 0, low: UInt64(1_000))
        let snapshot = NameZoneSnapshot(
          id: id, image: image,
          plan: round % 3 == 0 ? SigningTests.key.map { SigningPlan($0) } : nil,
          epoch: UInt64(round))
        test.server.activate(snapshot, Lane(loop: lane.loop, name: "tenant"))
        for _ in 0..<4 {
          let ill = Set(records.map(\.address).filter { _ in Int.random(in: 0..<3) > 0 })
          let targets = snapshot.checked.filter { ill.contains(UInt8($0.target.address.low & 255)) }
          test.server.learn(id, ill: Set(targets.map(\.target)))
          for name in ["a", "b", "c", "d", "alias", ""] {
            let source = ["alias", ""].contains(name) ? "a" : name
            test.send(Messages.query(name.isEmpty ? "z.test" : "\(name).z.test", .a))
            let replies = await test.replies(1)
            let answer = replies[0].sections[0].filter { $0.type == .a }.map { $0.content[3] }
            let (addresses, count) = Self.expected(records, source, ill: ill)
            guard addresses.isSuperset(of: answer), answer.count == count,
              Set(answer).count == count
            else { return "\(name): \(answer) of \(records), \(ill) are ill" }
          }
        }
      }
      return "as expected"
    }
    #expect(outcome == "as expected")
  }

  @Test("checks begin with the zone in memory, end with it, and a change keeps what is known")
  func lifetime() async throws {
    let checked = try #require(
      Self.decode([
        Self.record("a", "A", "192.0.2.1", check: Self.tcp), Self.record("a", "A", "192.0.2.2"),
      ]).image)
    let changed = try #require(
      Self.decode([
        Self.record("0", "A", "192.0.2.9", check: Self.tcp),
        Self.record("a", "A", "192.0.2.2", check: Self.tcp), Self.record("a", "A", "192.0.2.3"),
      ]).image)
    let plain = try #require(Self.decode([Self.record("a", "A", "192.0.2.1")]).image)
    let outcome = await SharedRuntime.run { lane -> [String] in
      guard let test = ServerTest(lane) else { return ["no sockets"] }
      defer { test.close() }
      var said: [String] = []
      let id = ZoneID(high: 0, low: 1_001)
      func snapshot(_ image: ZoneImage, _ epoch: UInt64) -> NameZoneSnapshot {
        NameZoneSnapshot(id: id, image: image, epoch: epoch)
      }
      func ask() async {
        test.send(Messages.query("a.z.test", .a))
        let replies = await test.replies(1)
        said.append("\(replies[0].sections[0].map { $0.content[3] })")
      }
      test.server.activate(snapshot(checked, 1), Lane(loop: lane.loop, name: "tenant"))
      said.append("\(test.directory.checked)" == "[\(id): 1]" ? "checked" : "not checked")
      let second = snapshot(checked, 1).checked[1].target
      test.server.learn(id, ill: [second])
      await ask()
      test.server.apply(id, snapshot(changed, 2))
      said.append(test.directory.checked[id] == 2 ? "checked anew" : "not checked anew")
      await ask()
      test.server.apply(id, snapshot(plain, 3))
      said.append(test.directory.checked.isEmpty ? "ended" : "goes on")
      await ask()
      test.server.apply(id, snapshot(checked, 4))
      test.server.apply(id, nil)
      said.append(test.directory.checked.isEmpty ? "ended" : "goes on")
      return said
    }
    #expect(
      outcome == ["checked", "[1]", "checked anew", "[3]", "ended", "[1]", "ended"])
  }

  @Test("only public addresses may be checked, and those that the operator names") func rules() {
    let rules = CheckRules(
      allowing: ["10.1.0.0/16", "fd00:1::/48"].compactMap { AddressRange($0) })
    func allow(_ host: String) -> Bool? {
      SocketAddress(host: host, port: 80).map { rules.allow($0) }
    }
    for host in ["192.0.2.1", "8.8.8.8", "2001:4860::1", "10.1.2.3", "fd00:1::7", "::ffff:8.8.8.8"]
    {
      #expect(allow(host) == true, "\(host)")
    }
    for host in [
      "10.2.0.1", "127.0.0.1", "169.254.169.254", "192.168.0.1", "172.31.255.255", "100.64.0.1",
      "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00:2::1", "ff02::1",
      "64:ff9b::a00:1", "2002:a00:1::1", "::ffff:127.0.0.1", "2001::1", "::ffff:0:7f00:1",
      "5f00::1",
    ] { #expect(allow(host) == false, "\(host)") }
    #expect(CheckRules.ranges.allSatisfy { AddressRange($0) != nil })
  }
}
