// The command line: what is understood, what is refused.

import ArgumentParser
import ConfigurationTree
import Runtime
import Testing

@testable import skerry

@Suite("skerry: command line") struct CommandLineTests {
  private func parse<Command: ParsableCommand>(
    _ type: Command.Type, _ arguments: [String]
  ) throws -> Command {
    try #require(try SkerryCommand.parseAsRoot(arguments) as? Command)
  }

  @Test("zone add takes origins, hostnames, fields and settings into one tree")
  func zoneAdd() throws {
    let command = try parse(
      ZoneAddCommand.self,
      [
        "zone", "add", "a.example", "--origin", "http://one:1", "--origin", "http://two:2",
        "--hostname", "*.a.example", "--response-field", "X-A=b=c", "--no-paused",
        "--set", "cache.enabled=false", "--set", "tls.minimumVersion=1.3x", "--weight", "4",
      ])
    #expect(command.name == "a.example")
    let tree = ZoneAddCommand.listingFields(try command.zone.tree())
    let expected = try JSONParser.parse(
      Array(
        """
        {"hostnames": ["*.a.example"],
         "origins": [{"url": "http://one:1"}, {"url": "http://two:2"}],
         "responseFields": [{"name": "X-A", "value": "b=c"}], "paused": false, "weight": 4,
         "cache": {"enabled": false}, "tls": {"minimumVersion": "1.3x"}}
        """.utf8))
    #expect(tree == expected)
  }

  @Test("zone set gives only what was given, and an empty field takes it out")
  func zoneSet() throws {
    let command = try parse(
      ZoneSetCommand.self,
      ["zone", "set", "a.example", "--response-field", "X-A=1", "--response-field", "X-B="])
    let fields = ConfigurationValue.object([
      ("X-A", .string("1")), ("X-B", ConfigurationValue(.null)),
    ])
    #expect(try command.zone.tree() == .object([("responseFields", fields)]))
  }

  @Test(
    "wrong usage is refused",
    arguments: [
      ["zone", "add", "a.example"], ["zone", "set", "a.example"], ["zone", "add"],
      ["zone", "add", "a", "--origin", "http://x", "--certificate", "c.pem"],
      ["zone", "set", "a", "--response-field", "novalue"], ["nonsense"],
      ["ca", "issue", "folder", "--out", "x"],
      ["ca", "issue", "folder", "--host", "a", "--out", "x", "--days", "4000"],
      ["edge"], ["edge", "--http", "localhost:80"], ["edge", "--http", ":80", "--cpus", "2-1"],
      ["edge", "--http", ":80", "--default-certificate", "c.pem"],
      ["edge", "--http", ":80", "--default-origin", "http://x", "--default-zone", "y"],
      ["top", "--interval", "0"], ["completions", "tcsh"], ["apply"],
    ])
  func usage(arguments: [String]) {
    #expect(throws: (any Error).self) { try SkerryCommand.parseAsRoot(arguments) }
  }

  @Test("the edge's options have the folder's files as usual ones")
  func edge() throws {
    let options = try EdgeOptions.parse([
      "--http", "127.0.0.1:80", "--http", "[::1]:80", "--https", ":443", "--directory", "state",
      "--cpus", "0,2-3", "--ram-mb", "64", "--log-level", "debug",
    ])
    #expect(options.http.map(\.description) == ["127.0.0.1:80", "[::1]:80"])
    #expect(options.https.map(\.port) == [443])
    #expect(options.cpus?.cores == [0, 2, 3])
    #expect(options.controlAddress == "state/control.sock")
    #expect(options.tokenPath == "state/control.token")
    #expect(options.logLevel == .debug)
  }

  @Test("all options of an edge that are wrong are told at once, and right ones have their values")
  func edgeFaults() throws {
    let wrong = [
      "--http", "nonsense", "--ram-mb", "x", "--disk-mb", "3", "--cpus", "2-1",
      "--default-origin", "ftp://x", "--log-level", "loud", "--ticket-key-seconds", "0",
    ]
    do {
      _ = try EdgeOptions.parse(wrong)
      Issue.record("was taken")
    } catch {
      let lines = EdgeOptions.message(for: error).split(separator: "\n")
      #expect(lines.count == 8)
      #expect(lines.first == "7 options are wrong:")
    }
    let right = try EdgeOptions.parse(["--dns", ":53", "--disk-mb", "64"])
    #expect(right.dns.map(\.port) == [53] && right.diskMebibytes == 64)
    #expect(right.ramMebibytes == 256 && right.logLevel == .notice && right.cpus == nil)
    let help = EdgeOptions.helpMessage()
    #expect(help.contains("(default: 256)"))
    #expect(help.contains("(values: error, warning, notice"))
  }

  @Test(
    "lists of cores",
    arguments: [
      ("0", [0]), ("0-3", [0, 1, 2, 3]), ("1,1,0", [1, 1, 0]), ("", nil), ("a", nil), ("-1", nil),
      ("0-", nil), ("5000", nil),
    ] as [(String, [Int32]?)])
  func cores(text: String, expected: [Int32]?) {
    #expect(CPUList(argument: text)?.cores == expected)
  }

  @Test("every command and option has its help, and there are completions for every shell")
  func help() {
    let text = SkerryCommand.helpMessage(for: SkerryCommand.self, columns: 100)
    for name in ["edge", "zone", "apply", "top", "slow", "ca", "store", "upgrade", "stop"] {
      #expect(text.contains("  \(name) "))
    }
    #expect(SkerryCommand.completionScript(for: .bash).contains("--response-field"))
  }

  @Test("names of zones are written into paths with percent encoding")
  func paths() {
    #expect(ZoneCommand.path("a.example") == "/v1/zones/a.example")
    #expect(ZoneCommand.path("a b/\u{e9}\n") == "/v1/zones/a%20b%2F%C3%A9%0A")
  }
}
