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
      Signatures are left out, and the keys that made them: skerry dns sign makes others.

      Examples:
        skerry dns import example.org example.org.zone
        skerry dns import example.org --from 192.0.2.53
        skerry dns import example.org --from 192.0.2.53:53 --tsig transfer.example:hmac-sha256:SECRET
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
      "The key to sign the request with; the secret in base64.", valueName: "name:algorithm:secret"),
    transform: DNSImportCommand.key)
  var tsig: TSIGKey?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if (file == nil) == (from == nil) {
      throw ValidationError("Give a zone file, or a server with --from.")
    }
    if tsig != nil, from == nil { throw ValidationError("--tsig needs --from.") }
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
    let (records, leftOut) = try DNSTransfer(name: name, server: from, key: tsig).records()
    return (
      try DNSZoneFile.compile(records, name: name, source: from.description), leftOut
    )
  }

  private static func address(_ text: String) throws -> SocketAddress {
    if let address = TransferConfiguration.address(text) { return address }
    throw ValidationError(
      "\"\(text)\" is no IP address. Write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.")
  }

  private static func key(_ text: String) throws -> TSIGKey {
    if let key = TSIGKey(text) { return key }
    let algorithms = TSIGAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError(
      "--tsig wants NAME:ALGORITHM:SECRET, the algorithm one of \(algorithms), the secret in base64."
    )
  }
}
