// The options of `skerry edge`.

import ArgumentParser
import NameService
import Runtime

/// What an edge is started with.
struct EdgeOptions: ParsableArguments {
  /// How much the edge writes to its log.
  enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case error, warning, notice, info, debug
  }

  @Option(
    help: ArgumentHelp(
      "The folder of the edge's state: zones, control socket, token. Made if it is missing.",
      valueName: "folder"))
  var directory = "run/edge"

  @Option(
    name: .customLong("http"),
    help: ArgumentHelp(
      "Serve HTTP/1.1, and HTTP/2 by prior knowledge, here. Repeatable.",
      valueName: "address:port"), transform: EdgeOptions.address)
  var givenHTTP: [Given<SocketAddress>] = []

  @Option(
    name: .customLong("https"),
    help: ArgumentHelp(
      "Serve HTTP/2 and HTTP/1.1 over TLS here. Repeatable.", valueName: "address:port"),
    transform: EdgeOptions.address)
  var givenHTTPS: [Given<SocketAddress>] = []

  @Option(
    name: .customLong("dns"),
    help: ArgumentHelp(
      "Answer DNS queries for the records of zones here, over UDP and TCP. Repeatable.",
      valueName: "address:port"), transform: EdgeOptions.address)
  var givenDNS: [Given<SocketAddress>] = []

  @OptionGroup var publicAPI: APIOptions

  @Option(
    name: .customLong("dns-responses-per-second"),
    help: ArgumentHelp(
      "Like DNS responses that one network gets over UDP in a second; beyond it half are truncated "
        + "and half dropped. 0: no limit.", valueName: "number"))
  var givenResponses = Given(NameServiceLimits.responsesPerSecond)

  @Option(
    name: .customLong("dns-nsid"),
    help: ArgumentHelp(
      "What to tell who asks by DNS which server this is (NSID). Default: nothing.",
      valueName: "text"))
  var dnsNSID = ""

  @Option(
    name: .customLong("resolver"),
    help: ArgumentHelp(
      "Ask this resolver for the targets of CNAME records that are answered with addresses, as at the "
        + "apex of zones. If tenants are strangers it should know public names alone. Repeatable. "
        + "Default: those of /etc/resolv.conf.",
      valueName: "address[:port]"), transform: EdgeOptions.resolver)
  var givenResolvers: [Given<SocketAddress>] = []

  @Option(
    name: .customLong("health-check-network"),
    help: ArgumentHelp(
      "Check records whose addresses lie in this network, too, and take them as origins from customers; it is "
        + "not reached from everywhere, as 10.1.0.0/16. Otherwise tenants could look for what listens there. Repeatable. Default: public "
        + "addresses alone.",
      valueName: "network"), transform: EdgeOptions.network)
  var givenCheckNetworks: [Given<AddressRange>] = []

  @Option(
    help: ArgumentHelp(
      "Serve the DNS of a zone per line: name, zone file.", valueName: "file"))
  var dnsZones: String?

  @Flag(help: "Sign the zones of --dns-zones; signatures in their files are left out.")
  var dnsSigned = false

  @Option(
    help: ArgumentHelp(
      "Where the control API listens. Default: control.sock in the folder.",
      valueName: "path|address:port"))
  var control: String?

  @Option(
    help: ArgumentHelp(
      "The file with the control token; made if it is missing. Default: control.token beside the socket.",
      valueName: "file"))
  var tokenFile: String?

  @Option(
    name: .customLong("cpus"),
    help: ArgumentHelp(
      "The processor cores to use, one loop on each (two where one is named twice): 0,1 or 0-3. "
        + "Default: all that the process may use.",
      valueName: "list"))
  var givenCPUs: Given<CPUList>?

  @Flag(
    help: ArgumentHelp(
      "Each loop gets the connections whose packets its core receives, for network cards that spread "
        + "them over the cores of all loops. Default: the kernel spreads connections evenly."))
  var incomingCPU = false

  @Option(name: .customLong("ram-mb"), help: "Memory for cached responses, in MiB.")
  var givenRAM = Given(256)

  @Option(
    name: .customLong("disk-mb"),
    help: "Disk space for cached responses, in MiB: at least 64, or 0 for none.")
  var givenDisk = Given(0)

  @OptionGroup var reserve: ReserveOptions

  @OptionGroup var tiers: TierOptions

  @Option(
    help: ArgumentHelp(
      "Find clients' countries in this database, in MaxMind DB format; it is read again when it "
        + "changes. Default: no country is known.", valueName: "file"))
  var countryDatabase: String?

  @Option(
    help: ArgumentHelp("Apply this file of zones before listening.", valueName: "file"))
  var zones: String?

  @Option(
    help: ArgumentHelp(
      "Serve a zone per line: host, origin, value of the response field X-Rev.",
      valueName: "file"))
  var tenants: String?

  @Option(
    help: ArgumentHelp(
      "Answer hosts that no zone has from this origin, as the zone \"default\".",
      valueName: "url"))
  var defaultOrigin: String?

  @Option(help: ArgumentHelp("The certificate of the zone \"default\".", valueName: "file"))
  var defaultCertificate: String?

  @Option(help: ArgumentHelp("The private key of the zone \"default\".", valueName: "file"))
  var defaultKey: String?

  @Option(
    help: ArgumentHelp(
      "Answer hosts that no zone has by this zone, instead of 421.", valueName: "zone"))
  var defaultZone: String?

  @Option(
    name: .customLong("ticket-key-seconds"),
    help: ArgumentHelp(
      "Change the key of session tickets after so many seconds; the one before opens them for as "
        + "long again.", valueName: "seconds"))
  var givenTicketKeySeconds = Given(43_200)

  @Option(name: .customLong("log-level"), help: "How much to log.")
  var givenLogLevel = Given(LogLevel.notice)

  var http: [SocketAddress] { givenHTTP.map(\.value) }
  var https: [SocketAddress] { givenHTTPS.map(\.value) }
  var api: [SocketAddress] { publicAPI.givenAPI.map(\.value) }
  var dns: [SocketAddress] { givenDNS.map(\.value) }
  var resolvers: [SocketAddress] { givenResolvers.map(\.value) }
  var checkNetworks: [AddressRange] { givenCheckNetworks.map(\.value) }
  var dnsResponsesPerSecond: Int { givenResponses.value }
  var cpus: CPUList? { givenCPUs?.value }
  var ramMebibytes: Int { givenRAM.value }
  var diskMebibytes: Int { givenDisk.value }
  var ticketKeySeconds: Int { givenTicketKeySeconds.value }
  var logLevel: LogLevel { givenLogLevel.value }

  /// The control address, with the folder's socket as the usual one.
  var controlAddress: String { control ?? EdgePaths.controlSocket(in: directory) }

  /// The token's file; usually beside the control socket, where commands look for it, or in the folder
  /// if the control API is on a port.
  var tokenPath: String {
    if let tokenFile { return tokenFile }
    guard let slash = controlAddress.lastIndex(of: "/") else {
      return EdgePaths.token(in: directory)
    }
    return EdgePaths.token(in: String(controlAddress[..<slash]))
  }

  /// With something wrong, all is told that is, also what is only so on this machine.
  func validate() throws {
    let faults = faults
    guard !faults.isEmpty else { return }
    throw ValidationError(Self.text(of: faults + machineFaults))
  }

  private static func network(_ text: String) -> Given<AddressRange> {
    Given(text, AddressRange(text))
  }

  private static func resolver(_ text: String) -> Given<SocketAddress> {
    Given(text, TransferConfiguration.address(text))
  }

  private static func address(_ text: String) -> Given<SocketAddress> {
    Given(text, SocketAddress(text))
  }
}
