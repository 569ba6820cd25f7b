// What can be wrong with the options of `skerry edge`.

import NameService
import Origin
import Runtime

extension EdgeOptions {
  /// All that is wrong with the options by themselves, a sentence each.
  var faults: [String] {
    addressFaults + networkFaults + numberFaults + originFaults + reserve.faults + tiers.faults
      + publicAPI.faults
      + [
        Self.fault("--cpus", givenCPUs, "is no list of cores. Write 0,1 or 0-3."),
        Self.fault(
          "--log-level", givenLogLevel,
          "is no level. Give one of \(LogLevel.allCases.map(\.rawValue).joined(separator: ", "))."),
        control == "" ? "--control is empty. Give a path or an address." : nil,
        dnsNSID.utf8.count > NameServiceLimits.nsidBytes
          ? "--dns-nsid must have at most \(NameServiceLimits.nsidBytes) bytes." : nil,
      ].compactMap { $0 }
  }

  /// What the options name and this machine does not have, a sentence each.
  var machineFaults: [String] {
    processorFaults + fileFaults + reserve.machineFaults + tiers.machineFaults
      + publicAPI.machineFaults
  }

  /// `faults` as one text.
  static func text(of faults: [String]) -> String {
    guard faults.count > 1 else { return faults.first ?? "" }
    let lines = faults.map { "  \($0)" }
    return (["\(faults.count) options are wrong:"] + lines).joined(separator: "\n")
  }

  private static func fault<Value>(
    _ option: String, _ given: Given<Value>?, _ problem: String
  ) -> String? {
    guard let given, given.decoded == nil else { return nil }
    return "\(option) \"\(given.text)\" \(problem)"
  }

  private var addressFaults: [String] {
    if givenHTTP.isEmpty && givenHTTPS.isEmpty && givenDNS.isEmpty {
      return ["Give at least one address to serve: --http, --https or --dns ADDRESS:PORT."]
    }
    let given =
      givenHTTP.map { ("--http", $0) } + givenHTTPS.map { ("--https", $0) }
      + givenDNS.map { ("--dns", $0) }
    return given.compactMap { option, address in
      Self.fault(
        option, address,
        "is no address with a port. Write 127.0.0.1:8080, [::1]:8080 or :8080.")
    }
  }

  private var networkFaults: [String] {
    givenCheckNetworks.compactMap {
      Self.fault(
        "--health-check-network", $0,
        "is no network. Write 10.1.0.0/16 or fd00:1::/48, with no bits behind the prefix.")
    }
  }

  private var numberFaults: [String] {
    let disk = EdgeLimits.diskMebibytes
    return [
      number("--dns-responses-per-second", givenResponses, "0 (no limit) to 30000") {
        (0...30_000).contains($0)
      },
      number("--ram-mb", givenRAM, "at least 1") { $0 >= 1 },
      number(
        "--disk-mb", givenDisk,
        "0 (no cache on disk) or \(disk.lowerBound) to \(disk.upperBound)"
      ) { $0 == 0 || disk.contains($0) },
      number("--ticket-key-seconds", givenTicketKeySeconds, "at least 1") { $0 >= 1 },
    ].compactMap { $0 }
  }

  private func number(
    _ option: String, _ given: Given<Int>, _ range: String, _ isRight: (Int) -> Bool
  ) -> String? {
    guard let number = given.decoded else {
      return "\(option) \"\(given.text)\" is no whole number. It must be \(range)."
    }
    return isRight(number) ? nil : "\(option) must be \(range)."
  }

  private var originFaults: [String] {
    var faults: [String] = []
    if let defaultOrigin {
      do throws(OriginConfiguration.URL.Fault) {
        _ = try OriginConfiguration.URL.parse(short: defaultOrigin)
      } catch {
        faults.append("--default-origin \(error.problem). \(error.remedy)")
      }
    }
    if (defaultCertificate == nil) != (defaultKey == nil) {
      faults.append("--default-certificate and --default-key belong together.")
    }
    if defaultCertificate != nil && defaultOrigin == nil {
      faults.append("--default-certificate needs --default-origin.")
    }
    if defaultOrigin != nil && defaultZone != nil {
      faults.append("Give --default-origin or --default-zone, not both.")
    }
    return faults
  }

  private var processorFaults: [String] {
    guard let cores = givenCPUs?.decoded?.cores else { return [] }
    let allowed: [Int32]
    do throws(RuntimeError) { allowed = try ProcessSettings.allowedProcessors() } catch {
      return ["--cpus: \(error)"]
    }
    let list = allowed.map(\.description).joined(separator: ",")
    return cores.filter { !allowed.contains($0) }.map {
      "--cpus names core \($0), and this process may use only \(list)."
    }
  }

  private var fileFaults: [String] {
    let texts: [String] = [
      ("--zones", zones), ("--tenants", tenants), ("--dns-zones", dnsZones),
      ("--default-certificate", defaultCertificate), ("--default-key", defaultKey),
    ].compactMap { option, path in
      guard let path, let problem = TextFile.problem(path) else { return nil }
      return "\(problem.told(of: option, path))."
    }
    guard let countryDatabase, let problem = CountryFile.problem(countryDatabase) else {
      return texts
    }
    return texts + ["\(problem.told(of: "--country-database", countryDatabase))."]
  }
}

extension OriginConfiguration.URL {
  /// The origin that `text` names; without a scheme it is http.
  static func parse(short text: String) throws(Fault) -> OriginConfiguration {
    let afterColon = text.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst()
    return try parse(afterColon.starts(with: "//".utf8) ? text : "http://\(text)")
  }
}
