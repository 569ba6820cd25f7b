// The configuration of a zone as options.

import ArgumentParser
import ConfigurationTree
import Control

/// What `zone add` and `zone set` can give. What is not given is not in the tree.
struct ZoneOptions: ParsableArguments {
  @Option(
    name: .customLong("origin"),
    help: ArgumentHelp("Where the zone's content comes from. Repeatable.", valueName: "url"))
  var origins: [String] = []

  @Option(
    name: .customLong("hostname"),
    help: ArgumentHelp(
      "A name that the zone serves; *.NAME serves all below it. Repeatable. Default: its name.",
      valueName: "host"))
  var hostnames: [String] = []

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "A certificate with its intermediate ones, PEM. Repeatable, each with its --key.",
      valueName: "file"))
  var certificates: [String] = []

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp("The private key of a certificate, PEM.", valueName: "file"))
  var keys: [String] = []

  @Option(
    name: .customLong("response-field"),
    help: ArgumentHelp(
      "A field to set in every response. Repeatable. NAME= takes it out again (zone set).",
      valueName: "name=value"))
  var responseFields: [String] = []

  @Flag(
    name: .customLong("redirect-to-https"), inversion: .prefixedNo,
    help: "Redirect requests without TLS to https.")
  var redirectsToHTTPS: Bool?

  @Flag(inversion: .prefixedNo, help: "Keep the zone, but answer 503.")
  var paused: Bool?

  @Option(help: "The zone's share of the CPU when it is scarce, from 1 to 100.")
  var weight: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Any other setting, by its path: cache.maximumObjectBytes=1048576. Repeatable.",
      valueName: "path=value"))
  var settings: [String] = []

  var isEmpty: Bool {
    origins.isEmpty && hostnames.isEmpty && certificates.isEmpty && keys.isEmpty
      && responseFields.isEmpty && settings.isEmpty && redirectsToHTTPS == nil && paused == nil
      && weight == nil
  }

  func validate() throws {
    if certificates.count != keys.count {
      throw ValidationError(
        "Each --certificate needs its --key: there are \(certificates.count) and \(keys.count).")
    }
    for field in responseFields where Self.split(field) == nil {
      throw ValidationError("\"\(field)\" is no response field. Write NAME=VALUE.")
    }
    for setting in settings where Self.split(setting) == nil {
      throw ValidationError("\"\(setting)\" is no setting. Write PATH=VALUE.")
    }
  }

  /// The configuration as a tree; reads the files of certificates.
  func tree() throws(CommandFailure) -> ConfigurationValue {
    var chains: [ConfigurationValue] = []
    for (certificate, key) in zip(certificates, keys) {
      chains.append(
        .object([
          ("chain", .string(try TextFile.read(certificate, "the certificate"))),
          ("key", .string(try TextFile.read(key, "the key"))),
        ]))
    }
    let urls = origins.map { ConfigurationValue.object([("url", .string($0))]) }
    var tree = ConfigurationValue.object([
      ("hostnames", hostnames.isEmpty ? nil : .array(hostnames.map { .string($0) })),
      ("origins", urls.isEmpty ? nil : .array(urls)),
      ("certificates", chains.isEmpty ? nil : .array(chains)),
      ("responseFields", fields),
      ("redirectToHTTPS", redirectsToHTTPS.map { .bool($0) }),
      ("paused", paused.map { .bool($0) }),
      ("weight", weight.map { .integer($0) }),
    ])
    for setting in settings {
      guard let (path, value) = Self.split(setting) else { continue }
      tree = Self.setting(Self.value(value), at: path.split(separator: ".")[...], in: tree)
    }
    return tree
  }

  /// The fields by their names: an object, which a patch merges with the fields that are there.
  private var fields: ConfigurationValue? {
    guard !responseFields.isEmpty else { return nil }
    return .object(
      responseFields.compactMap { Self.split($0) }.map { name, value in
        (name, value.isEmpty ? ConfigurationValue(.null) : .string(value))
      })
  }

  private static func split(_ text: String) -> (String, String)? {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  /// JSON if it is some, else the text itself.
  private static func value(_ text: String) -> ConfigurationValue {
    do throws(JSONError) { return try JSONParser.parse(Array(text.utf8)) } catch {
      return .string(text)
    }
  }

  private static func setting(
    _ value: ConfigurationValue, at path: ArraySlice<Substring>, in tree: ConfigurationValue
  ) -> ConfigurationValue {
    guard let key = path.first else { return value }
    var members: [ConfigurationMember] = []
    if case .object(let own) = tree.content { members = own }
    let inner = members.first { $0.key == key }?.value ?? .object([])
    members.removeAll { $0.key == key }
    members.append(
      ConfigurationMember(String(key), setting(value, at: path.dropFirst(), in: inner)))
    return ConfigurationValue(.object(members))
  }
}
