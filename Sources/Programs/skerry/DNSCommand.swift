// `skerry dns`

import ArgumentParser

/// The DNS records of zones.
struct DNSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dns",
    abstract: "Import, export, check, sign and ask for the DNS records of zones.",
    discussion: """
      An edge that is started with --dns ADDRESS:PORT answers queries for the records of its zones. \
      Records are part of a zone's configuration: the key records, as skerry zone show prints it. Secondary \
      servers, and the keys that they sign with, are its key transfers (Config/full.yaml): they are told of \
      every change, and get the zone by AXFR or IXFR.
      """,
    subcommands: [
      DNSImportCommand.self, DNSExportCommand.self, DNSCheckCommand.self, DNSSignCommand.self,
      DNSKeysCommand.self, DNSHealthCommand.self, DNSQueryCommand.self,
    ])
}
