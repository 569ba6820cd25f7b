// The options of the public API.

import ArgumentParser
import NameService
import PublicAPI
import Runtime
import Zones

/// Where customers' requests are served, and what they are told of the platform.
struct APIOptions: ParsableArguments {
  @Option(
    name: .customLong("api"),
    help: ArgumentHelp(
      "Serve the public API here; without --api-certificate without TLS, on loopback alone. Repeatable.",
      valueName: "address:port"), transform: APIOptions.address)
  var givenAPI: [Given<SocketAddress>] = []

  @Option(
    help: ArgumentHelp("The certificate of the public API, with its chain.", valueName: "file"))
  var apiCertificate: String?

  @Option(help: ArgumentHelp("The private key of that certificate.", valueName: "file"))
  var apiKey: String?

  @Option(
    name: .customLong("name-server"),
    help: ArgumentHelp(
      "A name server of the platform; each zone of a customer gets two. Repeatable.",
      valueName: "name"))
  var nameServers: [String] = []

  @Option(
    name: .customLong("edge-address"),
    help: ArgumentHelp(
      "What is answered for proxied names of customers: an address of this platform. Repeatable.",
      valueName: "address"), transform: APIOptions.host)
  var givenEdgeAddresses: [Given<SocketAddress>] = []

  /// The platform as customers are told of it, whose origins `rules` allow.
  func platform(_ rules: CheckRules) -> PublicPlatform {
    PublicPlatform(
      nameServers: nameServers.map { Self.undotted($0) },
      addresses: givenEdgeAddresses.map(\.value), rules: rules)
  }

  private static func undotted(_ name: String) -> String {
    let name = name.lowercased()
    return name.hasSuffix(".") ? String(name.dropLast()) : name
  }

  /// All that is wrong with the options by themselves, a sentence each.
  var faults: [String] {
    var faults = givenAPI.compactMap { given in
      given.decoded == nil
        ? "--api \"\(given.text)\" is no address with a port. Write 127.0.0.1:8100 or [::1]:8100."
        : nil
    }
    faults += givenEdgeAddresses.compactMap { given in
      given.decoded == nil
        ? "--edge-address \"\(given.text)\" is no address. Write 192.0.2.1 or 2001:db8::1." : nil
    }
    for name in nameServers {
      do throws(Hostname.Fault) {
        if try Hostname(parsing: Self.undotted(name)).isWildcard {
          faults.append("--name-server \"\(name)\" is no name.")
        }
      } catch { faults.append("--name-server \(error.problem). \(error.remedy)") }
    }
    if !givenAPI.isEmpty, nameServers.count < 2 {
      faults.append(
        "--api needs two name servers at least, which zones of customers get: --name-server NAME.")
    }
    if (apiCertificate == nil) != (apiKey == nil) {
      faults.append("--api-certificate and --api-key belong together.")
    }
    if apiCertificate == nil {
      for address in givenAPI.compactMap(\.decoded) where !address.isLoopback {
        faults.append(
          "--api \(address) is not on loopback, and needs --api-certificate and --api-key.")
      }
    }
    return faults
  }

  /// What the options name and this machine does not have, a sentence each.
  var machineFaults: [String] {
    [("--api-certificate", apiCertificate), ("--api-key", apiKey)].compactMap { option, path in
      guard let path, let problem = TextFile.problem(path) else { return nil }
      return "\(problem.told(of: option, path))."
    }
  }

  private static func address(_ text: String) -> Given<SocketAddress> {
    Given(text, SocketAddress(text))
  }

  private static func host(_ text: String) -> Given<SocketAddress> {
    Given(text, SocketAddress(text.contains(":") ? "[\(text)]:0" : "\(text):0"))
  }
}
