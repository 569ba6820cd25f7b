// The options of `skerry edge` for the reserve.

import ArgumentParser
import Foundation
import Reserve

/// Where the reserve is, and who the edge is to it.
struct ReserveOptions: ParsableArguments {
  @Option(
    name: .customLong("reserve-endpoint"),
    help: ArgumentHelp(
      "Keep what caches let go in the S3-compatible object store at this URL (for zones with "
        + "cache.reserve.enabled). Repeatable: the others are asked when the first fails.",
      valueName: "url"))
  var endpoints: [String] = []

  @Option(
    name: .customLong("reserve-bucket"),
    help: ArgumentHelp("The bucket of the reserve; it must exist.", valueName: "name"))
  var bucket: String?

  @Option(
    name: .customLong("reserve-region"),
    help: ArgumentHelp("The region that signatures name.", valueName: "name"))
  var region = "us-east-1"

  @Option(
    name: .customLong("reserve-credentials"),
    help: ArgumentHelp(
      "The file with aws_access_key_id and aws_secret_access_key. Default: AWS_ACCESS_KEY_ID and "
        + "AWS_SECRET_ACCESS_KEY of the environment.", valueName: "file"))
  var credentials: String?

  @Option(
    name: .customLong("reserve-prefix"),
    help: ArgumentHelp("What the names of all objects begin with.", valueName: "text"))
  var prefix = "skerry"

  @Option(
    name: .customLong("reserve-wait-ms"),
    help: ArgumentHelp(
      "How long a request waits for the reserve to answer before it asks the origin, in ms.",
      valueName: "number"))
  var givenWait = Given(300)

  @Option(
    name: .customLong("reserve-retention-days"),
    help: ArgumentHelp(
      "Objects that nobody has asked for in so many days are not used any more; let a rule of the "
        + "bucket remove them.", valueName: "days"))
  var givenRetention = Given(30)

  @Option(
    name: .customLong("reserve-authority"),
    help: ArgumentHelp(
      "Trust the authorities of this PEM file for the reserve instead of the system's.",
      valueName: "file"))
  var authority: String?

  /// Credentials in the environment, as AWS's tools take them.
  private static let keyVariable = "AWS_ACCESS_KEY_ID"
  private static let secretVariable = "AWS_SECRET_ACCESS_KEY"
  private static let tokenVariable = "AWS_SESSION_TOKEN"

  /// All that is wrong with them by themselves, a sentence each.
  var faults: [String] {
    guard !endpoints.isEmpty else {
      let isMeant = bucket != nil || credentials != nil || authority != nil
      return isMeant
        ? ["--reserve-bucket and the other options of the reserve need --reserve-endpoint URL."]
        : []
    }
    var faults = endpoints.compactMap(Self.fault)
    if bucket == nil { faults.append("--reserve-endpoint needs --reserve-bucket NAME.") }
    if let bucket, bucket.isEmpty || !Self.isPlain(bucket, allowsSlash: false) {
      faults.append(
        "--reserve-bucket \"\(bucket)\" is no bucket's name: letters, digits, dots and hyphens.")
    }
    if region.isEmpty || !Self.isPlain(region, allowsSlash: false) {
      faults.append("--reserve-region \"\(region)\" is no region's name, as eu-west-1.")
    }
    if !Self.isPlain(prefix, allowsSlash: true) || prefix.hasPrefix("/") || prefix.hasSuffix("/")
      || prefix.utf8.count > 256
    {
      faults.append(
        "--reserve-prefix \"\(prefix)\" has something other than letters, digits, - . _ and slashes "
          + "between.")
    }
    if !(givenWait.decoded.map { (1...10_000).contains($0) } ?? false) {
      faults.append("--reserve-wait-ms must be 1 to 10000.")
    }
    if !(givenRetention.decoded.map { (1...3_650).contains($0) } ?? false) {
      faults.append("--reserve-retention-days must be 1 to 3650.")
    }
    return faults
  }

  /// What is missing on this machine, a sentence each.
  var machineFaults: [String] {
    guard !endpoints.isEmpty else { return [] }
    var faults: [String] = []
    if case .failure(let fault) = readCredentials { faults.append(fault.text) }
    if let authority, let problem = TextFile.problem(authority) {
      faults.append("\(problem.told(of: "--reserve-authority", authority)).")
    }
    return faults
  }

  /// What they say, of options without faults; nil without a reserve.
  func configuration() throws(CommandFailure) -> ReserveConfiguration? {
    guard !endpoints.isEmpty, let bucket else { return nil }
    let credentials: ReserveCredentials
    switch readCredentials {
    case .success(let found): credentials = found
    case .failure(let fault): throw CommandFailure(.usage, "skerry: \(fault.text)")
    }
    var found: [ReserveEndpoint] = []
    for text in endpoints {
      do throws(ReserveEndpoint.Fault) { found.append(try ReserveEndpoint(text)) } catch {
        throw CommandFailure(.usage, "skerry: --reserve-endpoint \"\(text)\" \(error.problem).")
      }
    }
    var configuration = ReserveConfiguration(
      endpoints: found, bucket: bucket, region: region, credentials: credentials, prefix: prefix)
    configuration.wait = .milliseconds(givenWait.value)
    configuration.retentionSeconds = Int64(givenRetention.value) * 86_400
    if let authority {
      configuration.authorities = Array(
        try TextFile.read(authority, "--reserve-authority").utf8)
    }
    return configuration
  }

  /// Why there are no credentials.
  private struct CredentialFault: Error {
    let text: String
  }

  private var readCredentials: Result<ReserveCredentials, CredentialFault> {
    guard let path = credentials else { return Self.environmentCredentials }
    let text: String
    switch TextFile.attempt(path) {
    case .success(let read): text = read
    case .failure(let problem):
      return .failure(
        CredentialFault(text: "\(problem.told(of: "--reserve-credentials", path))."))
    }
    do throws(ReserveCredentials.Fault) {
      return .success(try ReserveCredentials(file: text))
    } catch {
      return .failure(
        CredentialFault(text: "--reserve-credentials \(path) \(error.problem) in [default]."))
    }
  }

  private static var environmentCredentials: Result<ReserveCredentials, CredentialFault> {
    let variables = ProcessInfo.processInfo.environment
    guard let key = variables[keyVariable], let secret = variables[secretVariable], !key.isEmpty,
      !secret.isEmpty
    else {
      return .failure(
        CredentialFault(
          text: "The reserve needs credentials: give --reserve-credentials FILE, or set "
            + "\(keyVariable) and \(secretVariable)."))
    }
    return .success(
      ReserveCredentials(
        accessKey: key, secretKey: secret, sessionToken: variables[tokenVariable]))
  }

  private static func fault(of endpoint: String) -> String? {
    do throws(ReserveEndpoint.Fault) {
      _ = try ReserveEndpoint(endpoint)
      return nil
    } catch {
      return "--reserve-endpoint \"\(endpoint)\" \(error.problem). Write https://HOST or "
        + "http://HOST:PORT."
    }
  }

  /// Whether a name needs no encoding anywhere.
  private static func isPlain(_ text: String, allowsSlash: Bool) -> Bool {
    text.utf8.allSatisfy { byte in
      let letter = byte | 0x20
      return letter >= 0x61 && letter <= 0x7a || byte >= 0x30 && byte <= 0x39
        || byte == 0x2d || byte == 0x2e || byte == 0x5f || allowsSlash && byte == 0x2f
    }
  }
}
