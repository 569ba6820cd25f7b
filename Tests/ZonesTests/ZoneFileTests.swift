// What files of zones promise, and that the examples in Config/ are good.

import ConfigurationTree
import Primitives
import Testing
import Zones

@Suite struct ZoneFileTests {
  static let config =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
    + "/Config"

  func load(
    _ text: String, files: [String: String] = [:]
  ) throws -> (ZoneFile?, [String]) {
    var decoder = ConfigurationDecoder()
    let tree = ZoneFile.resolve(try YAMLTree.parse(text), directory: "/etc", &decoder) { path in
      files[path].map { .success($0) } ?? .failure(.init(problem: "does not exist"))
    }
    var number = 0
    let file = ZoneFile.decode(tree, &decoder, check: nil) { _ in
      number += 1
      return Samples.id(number)
    }
    return (file, decoder.faults.map(\.description))
  }

  @Test(arguments: ["minimal.yaml", "full.yaml"])
  func `the examples load`(name: String) throws {
    let text = String(decoding: try TestFile.read("\(Self.config)/\(name)"), as: UTF8.self)
    let pem = Samples.certificate("EXAMPLE")
    let (file, faults) = try load(
      text,
      files: [
        "/etc/certificates/example.org.pem": pem.chain,
        "/etc/certificates/example.org.key": pem.key?.pem ?? "",
        "/etc/certificates/inner-ca.pem": pem.chain,
        "/etc/pages/down.html": "<p>Sorry",
      ])
    #expect(faults == [])
    #expect(file?.zones.isEmpty == false)
  }

  @Test func `the full example shows every key`() throws {
    let text = String(decoding: try TestFile.read("\(Self.config)/full.yaml"), as: UTF8.self)
    let everything = Samples.full.tree(withKeys: true)
    var missing: [String] = []
    func look(_ value: ConfigurationValue) {
      switch value.content {
      case .object(let members):
        for member in members {
          if !text.contains("\(member.key):") { missing.append(member.key) }
          look(member.value)
        }
      case .array(let elements): elements.forEach(look)
      default: break
      }
    }
    look(everything)
    // Certificates and pages are given as files there.
    #expect(Set(missing).subtracting(["chain", "key", "certificateAuthority", "body"]) == [])
  }

  @Test func `certificates may be files beside it`() throws {
    let pem = Samples.certificate("ONE")
    let text = """
      zones:
      - name: example.org
        origins: [http://localhost:1]
        certificates:
        - {certificateFile: a.pem, keyFile: /b.key}
      """
    let (file, faults) = try load(
      text, files: ["/etc/a.pem": pem.chain, "/b.key": pem.key?.pem ?? ""])
    #expect(faults == [])
    #expect(file?.zones.first?.certificates == [pem])
  }

  @Test func `every fault of a file is told, with its line`() throws {
    let text = """
      zones:
      - name: example.org
        origins: [http://localhost:1]
        certificates:
        - certificateFile: missing.pem
          keyFile: missing.key
      - name: example.org
        origins: []
      - name: example.org
        origins: [http://localhost:1]
      - name: EXAMPLE.org
        origins: [http://localhost:1]
        weigth: 3
      """
    let (file, faults) = try load(text)
    #expect(file == nil)
    #expect(
      faults.contains(
        "zones[0].certificates[0].certificateFile (line 5, column 22): names /etc/missing.pem, "
          + "which does not exist. Give the path of a PEM file, relative to the file of zones."))
    #expect(faults.contains { $0.hasPrefix("zones[0].certificates[0].keyFile (line 6") })
    #expect(faults.contains { $0.hasPrefix("zones[1].origins (line 8, column 12): is empty") })
    #expect(
      faults.contains("zones[3].weigth (line 13, column 11): is no known key. Did you mean weight?")
    )
  }

  @Test func `a zone that is there twice is told`() throws {
    let zone = "{name: example.org, origins: [http://a]}"
    let (_, faults) = try load("zones: [\(zone), \(zone)]")
    #expect(
      faults.map { $0.contains("zones[1].name") && $0.contains("as is that of zones[0]") } == [true]
    )
  }

  @Test func `a hostname of two zones is told, with all other faults`() throws {
    let text = """
      zones:
      - name: www.a.example
        origins: [http://a]
      - name: a.example
        hostnames: [a.example, www.a.example, mail.a.example]
        origins: [http://a]
      - name: mail.a.example
        origins: [http://a]
      - name: b.example
        origins: [http://a]
        weigth: 1
      """
    #expect(
      try load(text).1 == [
        "zones[1].hostnames[1] (line 5, column 26): is www.a.example, which zones[0] serves as well. "
          + "A name belongs to one zone: leave it out of the other.",
        "zones[2].name (line 7, column 9): is mail.a.example, which zones[1] serves as well. "
          + "A name belongs to one zone: leave it out of the other.",
        "zones[3].weigth (line 11, column 11): is no known key. Did you mean weight?",
      ])
  }

  @Test func `a file without zones is told what to give`() throws {
    #expect(try load("zone: []").1.contains { $0.contains("Did you mean zones?") })
    #expect(try load("").1.first?.hasPrefix("the configuration: is null") == true)
    #expect(try load("zones: []").0?.zones.isEmpty == true)
  }
}
