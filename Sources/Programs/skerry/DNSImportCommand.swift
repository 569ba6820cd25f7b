// `skerry dns import`

import ArgumentParser
import ConfigurationTree
import HTTP
import NameService
import Runtime

/// Replaces a zone's records by those of a zone file, or of another server.
struct DNSImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Replace the DNS records of a zone by those of a zone file or another server.",
    discussion: """
      The file is checked whole first: nothing changes if anything in it is wrong. Without a SOA the zone \
      gets one, whose serial number follows its changes.

      With --from the zone is transferred (AXFR) from the server that has it, which must allow that. \
      Signatures are left out, and the keys that made them: skerry dns sign makes others. A key to sign \
      the request with is best in a file, as others on the machine can see the arguments of commands: one \
      line, as transfer.example:hmac-sha256:SECRET.

      Examples:
        skerry dns import example.org example.org.zone
        skerry dns import example.org --from 192.0.2.53
        skerry dns import example.org --from 192.0.2.53:53 --tsig-file transfer.key
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @Argument(help: "The zone file.", completion: .file())
  var file: String?

  @Option(
    help: ArgumentHelp("The server to transfer the zone from.", valueName: "address[:port]"),
    transform: DNSImportCommand.address)
  var from: SocketAddress?

  @Option(
    help: ArgumentHelp(
      "The key to sign the request with; the secret in base64.", valueName: "name:algorithm:secret")
  )
  var tsig: String?

  @Option(
    help: ArgumentHelp("A file with that key, so that nobody else sees it.", valueName: "file"),
    completion: .file())
  var tsigFile: String?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if (file == nil) == (from == nil) {
      throw ValidationError("Give a zone file, or a server with --from.")
    }
    if tsig != nil || tsigFile != nil, from == nil {
      throw ValidationError("A key (--tsig, --tsig-file) needs --from.")
    }
    if tsig != nil, tsigFile != nil {
      throw ValidationError("Give the key with --tsig or with --tsig-file.")
    }
    if let tsig, TSIGKey(tsig) == nil { throw ValidationError("--tsig wants \(Self.keyForm).") }
  }

  func run() throws {
    let (image, leftOut) = try read()
    let patch: ConfigurationValue = .object([("records", image.tree)])
    let result = try control.ask(
      .patch, ZoneCommand.path(name), patch, for: "importing records of \(name)")
    guard !control.printsJSON(result) else { return }
    Console.line("\(name) has \(Figures.amount(image.records.count, "record"))")
    if leftOut > 0 {
      Console.line(
        "\(Figures.amount(leftOut, "record")) of its signer left out; sign it anew: "
          + "skerry dns sign \(name)")
    }
  }

  /// The zone, and how many of its records were left out.
  private func read() throws -> (ZoneImage, leftOut: Int) {
    guard let from else {
      return (try DNSZoneFile(name: name, path: file ?? "").compiled(), 0)
    }
    let (records, leftOut) = try DNSTransfer(name: name, server: from, key: try key()).records()
    return (
      try DNSZoneFile.compile(records, name: name, source: from.description), leftOut
    )
  }

  private static func address(_ text: String) throws -> SocketAddress {
    if let address = TransferConfiguration.address(text) { return address }
    throw ValidationError(
      "\"\(text)\" is no IP address. Write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.")
  }

  /// The key to sign with. What is wrong is told without it.
  private func key() throws(CommandFailure) -> TSIGKey? {
    if let tsig { return TSIGKey(tsig) }
    guard let tsigFile else { return nil }
    let text = try TextFile.read(tsigFile, "key")
    let line = text.split(whereSeparator: \.isWhitespace)
    if line.count == 1, let key = TSIGKey(String(line[0])) { return key }
    throw CommandFailure(
      .refused, "skerry: \(tsigFile) should have \(Self.keyForm), and nothing else.")
  }

  private static var keyForm: String {
    let algorithms = TSIGAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
    return "NAME:ALGORITHM:SECRET, the algorithm one of \(algorithms), the secret in base64 and of "
      + "\(NameServiceLimits.leastSecretBytes) bytes at least"
  }
}
