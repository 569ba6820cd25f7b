// `skerry ca create`

import ArgumentParser
import Primitives
import Runtime
import Storage
import TLS

/// Makes an authority.
struct AuthorityCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make an authority: FOLDER/ca.pem, which clients are to trust, and FOLDER/ca.key.")

  @Argument(help: "The folder; made if it is missing.", completion: .directory)
  var folder: String

  @Option(help: "The authority's name.")
  var name = "Skerry local authority"

  func run() throws {
    let path = AuthorityCommand.certificatePath(in: folder)
    guard !StoredFile.exists(path), !StoredFile.exists(AuthorityCommand.keyPath(in: folder)) else {
      throw CommandFailure(
        .refused,
        "skerry: there is an authority in \(folder) already. Use it, or choose another folder.")
    }
    try NewFiles.makeFolder(folder)
    let authority: CertificateAuthority
    let certificate: [UInt8]
    let key: [UInt8]
    do throws(TLSCertificateError) {
      authority = try CertificateAuthority(name: name, notBefore: NewFiles.validFrom)
      certificate = try authority.certificatePEM()
      key = try authority.privateKeyPEM()
    } catch {
      throw CommandFailure(.refused, "skerry: no authority was made: \(error).")
    }
    try TextFile.write(key, to: AuthorityCommand.keyPath(in: folder))
    try NewFiles.writeForAll(certificate, to: path)
    Console.line("made \(path), which clients are to trust, and its key beside it")
  }
}
