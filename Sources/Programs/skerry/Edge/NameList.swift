// The file of `--dns-zones`.

import Origin
import Zones

/// Lines of a zone's name and its zone file. What is asked of them over HTTP fails: they have an
/// origin that nobody is.
struct NameList {
  private static let nobody = OriginConfiguration(scheme: .http, host: "127.0.0.1", port: 9)

  private let path: String
  private let isSigned: Bool
  private let identities: ZoneIdentities
  private var files: [String: [UInt8]] = [:]

  init(path: String, isSigned: Bool, identities: ZoneIdentities) {
    self.path = path
    self.isSigned = isSigned
    self.identities = identities
  }

  /// The zones; what is wrong with a line, or in its zone file, is noted. Nil if the file can't be
  /// read.
  mutating func read(_ faults: inout [String]) -> GivenZones? {
    var steps: [ZoneChange.Action] = []
    var numbers: [Int] = []
    let isRead = ZoneLines.forEach(
      of: path, "the file of zones", separators: " \t", &faults
    ) { number, words, faults in
      do throws(CommandFailure) {
        steps.append(.put(try zone(words)))
        numbers.append(number)
      } catch {
        // A zone file's own faults have their places.
        faults.append("\(path):\(number): \(error.message)")
      }
    }
    return isRead ? GivenZones(source: .lines(path: path, numbers: numbers), steps: steps) : nil
  }

  private mutating func zone(_ words: [String]) throws(CommandFailure) -> ZoneConfiguration {
    guard words.count == 2 else {
      throw CommandFailure(.refused, "write a name and a zone file")
    }
    let (name, file) = (words[0], words[1])
    if files[file] == nil { files[file] = try bytes(of: file) }
    var zone = ZoneConfiguration(
      id: identities.identity(of: name), name: name, hostnames: [Hostname(name: name)],
      origins: [Self.nobody])
    zone.records = try DNSZoneFile(name: name, path: file, bytes: files[file] ?? [])
      .compiled(isSigned: isSigned)
    zone.isSigned = isSigned
    return zone
  }

  private func bytes(of file: String) throws(CommandFailure) -> [UInt8] {
    switch TextFile.attempt(file) {
    case .success(let text): return Array(text.utf8)
    case .failure(let problem):
      throw CommandFailure(.refused, problem.told(of: "the zone file", file))
    }
  }
}
