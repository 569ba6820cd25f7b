// The options of `skerry edge` for the tiers.

import ArgumentParser
import ConfigurationTree
import Gateway
import Primitives
import Runtime
import TLS
import Tiers

/// Which fleet the edge belongs to, and who it is there.
struct TierOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The file of the fleet's PoPs and servers: who asks whom before an origin is asked. It is read again "
        + "when it changes. Default: this server stands alone.", valueName: "file"))
  var topology: String?

  @Option(
    name: .customLong("server"),
    help: ArgumentHelp("This server's name in the topology.", valueName: "name"))
  var server: String?

  @Option(
    name: .customLong("peers"),
    help: ArgumentHelp(
      "Serve the fleet's other servers here, by HTTP/2 over TLS with certificates on both sides. Default: the "
        + "server's address in the topology.", valueName: "address:port"))
  var peers: String?

  @Option(
    help: ArgumentHelp(
      "The certificate that names this server, for its peers.", valueName: "file"))
  var peerCertificate: String?

  @Option(help: ArgumentHelp("Its private key.", valueName: "file"))
  var peerKey: String?

  @Option(
    help: ArgumentHelp(
      "The authorities that vouch for all servers of the fleet.", valueName: "file"))
  var peerAuthority: String?

  /// All that is wrong with them by themselves, a sentence each.
  var faults: [String] {
    let others: [(String, Any?)] = [
      ("--server", server), ("--peer-certificate", peerCertificate), ("--peer-key", peerKey),
      ("--peer-authority", peerAuthority),
    ]
    guard topology != nil else {
      let isMeant = peers != nil || others.contains { $0.1 != nil }
      return isMeant
        ? ["--server, --peers and the options --peer-... need --topology FILE."] : []
    }
    var faults = others.filter { $0.1 == nil }.map { "--topology needs \($0.0)." }
    if let peers, SocketAddress(peers) == nil {
      faults.append("--peers \"\(peers)\" is no address and port, as 192.0.2.1:7443.")
    }
    return faults
  }
}

extension TierOptions {
  /// What they name and this machine does not have, a sentence each.
  var machineFaults: [String] {
    let files = [
      ("--topology", topology), ("--peer-certificate", peerCertificate), ("--peer-key", peerKey),
      ("--peer-authority", peerAuthority),
    ]
    return files.compactMap { option, path in
      path.flatMap { path in TextFile.problem(path).map { "\($0.told(of: option, path))." } }
    }
  }

  /// Who this server is to its peers, of options without faults; nil if it stands alone.
  func security() throws(CommandFailure) -> PeerSecurity? {
    guard let server, let peerCertificate, let peerKey, let peerAuthority else { return nil }
    let chain = try TextFile.read(peerCertificate, "--peer-certificate")
    let key = try TextFile.read(peerKey, "--peer-key")
    let authority = try TextFile.read(peerAuthority, "--peer-authority")
    let identity: TLSIdentity
    do throws(TLSCertificateError) {
      identity = try TLSIdentity(
        chainPEM: Array(chain.utf8), privateKeyPEM: Array(key.utf8), now: SystemClock.wall)
    } catch {
      throw CommandFailure(.refused, "skerry: --peer-certificate \(peerCertificate): \(error)")
    }
    guard identity.covers(server) else {
      throw CommandFailure(
        .refused,
        "skerry: --peer-certificate \(peerCertificate) is for \(identity.names.joined(separator: ", ")), "
          + "not for \(server). Make one: skerry ca issue FOLDER --host \(server) --out PREFIX")
    }
    do throws(TLSCertificateError) {
      return PeerSecurity(identity: identity, trust: try TLSTrust(pem: Array(authority.utf8)))
    } catch {
      throw CommandFailure(.refused, "skerry: --peer-authority \(peerAuthority): \(error)")
    }
  }
}
