// `skerry ca issue`

import ArgumentParser
import Primitives
import Runtime
import Storage
import TLS

/// Issues a certificate.
struct AuthorityIssueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue",
    abstract: "Issue a certificate: PREFIX.pem, with what clients need to check it, and PREFIX.key."
  )

  @Argument(help: "The folder of the authority.", completion: .directory)
  var folder: String

  @Option(
    name: .customLong("host"),
    help: ArgumentHelp(
      "A name or address that the certificate is for. Repeatable.", valueName: "host"))
  var hosts: [String] = []

  @Option(help: ArgumentHelp("Where to put it.", valueName: "prefix"))
  var out: String

  @Flag(help: "With an RSA key, for old clients; ECDSA otherwise.")
  var rsa = false

  @Option(help: "Days that it is valid, at most 397.")
  var days = 397

  func validate() throws {
    if hosts.isEmpty { throw ValidationError("Give at least one --host.") }
    // Browsers refuse longer ones, also of authorities that somebody made trusted.
    if !(1...397).contains(days) { throw ValidationError("--days must be from 1 to 397.") }
  }

  func run() throws {
    guard StoredFile.exists(AuthorityCommand.certificatePath(in: folder)) else {
      throw CommandFailure(
        .refused, "skerry: there is no authority in \(folder). Make one: skerry ca create \(folder)"
      )
    }
    let certificate = try TextFile.read(
      AuthorityCommand.certificatePath(in: folder), "the authority's certificate")
    let key = try TextFile.read(AuthorityCommand.keyPath(in: folder), "the authority's key")
    let issued: CertificateAuthority.Issued
    do throws(TLSCertificateError) {
      let authority = try CertificateAuthority(
        certificatePEM: Array(certificate.utf8), privateKeyPEM: Array(key.utf8))
      issued = try authority.issue(
        names: hosts, key: rsa ? .rsa : .ecdsa, notBefore: NewFiles.validFrom,
        lifetimeSeconds: Int64(days) * 86_400)
    } catch {
      throw CommandFailure(.refused, "skerry: no certificate was issued: \(error).")
    }
    try NewFiles.makeFolder(EdgePaths.parent(of: out))
    try TextFile.write(issued.privateKeyPEM, to: out + ".key")
    try NewFiles.writeForAll(issued.chainPEM, to: out + ".pem")
    Console.line("issued \(out).pem for \(hosts.joined(separator: ", ")), and its key beside it")
  }
}
