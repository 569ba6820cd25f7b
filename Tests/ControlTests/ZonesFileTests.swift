// Files of zones: short forms, files beside them, faults with their places.

import ConfigurationTree
import Control
import Foundation
import Testing

@testable import skerry

@Suite("skerry: files of zones") struct ZonesFileTests {
  private func failure(_ text: String) -> String {
    do throws(CommandFailure) {
      _ = try ZonesFile.parse(text, path: "dir/zones.yaml")
      return ""
    } catch {
      #expect(error.status == .refused)
      return error.message
    }
  }

  @Test("every fault is named with file, line, column and path, in the order of the file")
  func faults() {
    let lines = failure(
      """
      zones:
        - name: good.example
          origin: http://127.0.0.1:1
        - name: bad.example
          hostnames: ["not a host"]
          origins:
            - url: gopher://127.0.0.1
          surprise: true
      """
    ).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("dir/zones.yaml:5:17 zones[1].hostnames[0]: "))
    #expect(lines[1].hasPrefix("dir/zones.yaml:7:14 zones[1].origins[0].url: "))
    #expect(lines[2].hasPrefix("dir/zones.yaml:8:15 zones[1].surprise: is no known key."))
    #expect(lines[3] == "dir/zones.yaml: 3 faults; nothing was changed")
  }

  @Test("a key that is given twice hides no other fault, nor does one hide it")
  func repeats() {
    let lines = failure(
      """
      zones:
        - name: good.example
          origin: http://127.0.0.1:1
          weight: many
          weight: 2
        - name: bad.example
          hostnames: ["not a host"]
          origin: http://127.0.0.1:1
          cache: {enabled: true, enabled: 1}
          origin: http://127.0.0.1:2
      """
    ).split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines[0].hasPrefix("dir/zones.yaml:4:13 zones[0].weight: is a text."))
    #expect(
      lines[1].hasPrefix("dir/zones.yaml:5:13 zones[0].weight: is given twice, first in line"))
    #expect(lines[2].hasPrefix("dir/zones.yaml:7:17 zones[1].hostnames[0]: "))
    #expect(lines[3].hasPrefix("dir/zones.yaml:9:37 zones[1].cache.enabled: is given twice"))
    #expect(lines[4].hasPrefix("dir/zones.yaml:10:13 zones[1].origin: is given twice"))
    #expect(lines[5] == "dir/zones.yaml: 5 faults; nothing was changed")
  }

  @Test("short forms are written out, and a fault in one stands where it was written")
  func shortForms() throws {
    let file = try ZonesFile.parse(
      "zones:\n  - name: a.example\n    origin: http://127.0.0.1:1\n"
        + "    responseFields: {X-A: one}\n", path: "zones.yaml")
    let zone = try #require(file.tree["zones"]?.elements.first)
    #expect(zone["origins"] == .array([.object([("url", .string("http://127.0.0.1:1"))])]))
    let field = ConfigurationValue.object([("name", .string("X-A")), ("value", .string("one"))])
    #expect(zone["responseFields"] == .array([field]))
    let wrong = failure("zones:\n  - name: a.example\n    origin: ftp://x\n")
    #expect(wrong.hasPrefix("dir/zones.yaml:3:13 zones[0].origins[0].url: "))
    let both = failure("zones:\n  - {name: a.example, origin: 'http://x', origins: []}\n")
    #expect(both.contains("zones[0].origin: is given beside origins. Give one of the two."))
  }

  @Test("files of certificates are found beside the file of zones, and a missing one is a fault")
  func certificates() throws {
    let folder =
      FileManager.default.temporaryDirectory.path + "/skerry-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }
    let pem = { (kind: String) in "-----BEGIN \(kind)-----\nAA==\n-----END \(kind)-----\n" }
    try pem("CERTIFICATE").write(
      toFile: "\(folder)/a.pem", atomically: true, encoding: .utf8)
    try pem("PRIVATE KEY").write(
      toFile: "\(folder)/a.key", atomically: true, encoding: .utf8)
    let zone = "zones:\n  - name: a.example\n    origin: http://127.0.0.1:1\n"
    let file = try ZonesFile.parse(
      zone + "    certificate: a.pem\n    key: a.key\n", path: "\(folder)/zones.yaml")
    let certificate = try #require(
      file.tree["zones"]?.elements[0]["certificates"]?.elements.first)
    #expect(certificate["chain"] == .string(pem("CERTIFICATE")))
    #expect(certificate["key"] == .string(pem("PRIVATE KEY")))
    let missing = failure(
      zone + "    certificates:\n      - {certificateFile: no.pem, keyFile: no.key}\n")
    #expect(missing.contains("zones[0].certificates[0].certificateFile: names dir/no.pem"))
    #expect(missing.contains("does not exist"))
    #expect(missing.hasSuffix("2 faults; nothing was changed"))
  }

  @Test("a fault of the edge gets the place of the value it names, or of what is around it")
  func places() throws {
    let file = try ZonesFile.parse(
      "zones:\n  - name: a.example\n    hostnames: [a.example, b.a.example]\n"
        + "    origin: http://127.0.0.1:1\n", path: "zones.yaml")
    #expect(file.place(of: "zones[0].hostnames[1]") == SourcePosition(line: 3, column: 28))
    #expect(file.place(of: "zones[0].certificates[0].key") == SourcePosition(line: 2, column: 5))
    #expect(file.place(of: "zones[9]") == SourcePosition(line: 2, column: 3))
    let message = ApplyCommand.failure(
      [ControlFault(.invalid, "is taken. Choose another.", path: "zones[0].hostnames[1]")], file
    ).message
    #expect(message.hasPrefix("zones.yaml:3:28 zones[0].hostnames[1]: is taken. Choose another."))
  }

  @Test("a file that is missing or no YAML is named")
  func unreadable() {
    #expect(throws: CommandFailure.self) { try ZonesFile.read("/nonexistent/zones.yaml") }
    #expect(failure("zones: [").hasPrefix("dir/zones.yaml:2:1: is no YAML: "))
    #expect(failure("").contains("dir/zones.yaml"))
    #expect(failure("nothing: 1").contains("zones"))
  }
}
