// Zones of the command line, with their places.

import ConfigurationTree
import Zones

/// The zones that one option gives.
struct GivenZones {
  /// Where zones stand.
  enum Source {
    case file(ZonesFile)
    /// The lines of the file at `path`, one for each zone.
    case lines(path: String, numbers: [Int])
    /// On the command line itself.
    case option(String)
  }

  let source: Source
  /// What puts each zone there.
  let steps: [ZoneChange.Action]

  /// `fault` at `path` of the zone `index`, with its place.
  func line(_ fault: ConfigurationFault, at path: String, ofZone index: Int) -> String {
    let message = "\(fault.problem). \(fault.remedy)"
    switch source {
    case .file(let file):
      let whole = "zones[\(index)].\(path)"
      return file.line(file.place(of: whole), whole, message)
    case .lines(let file, let numbers):
      return "\(file):\(numbers[index]): \(path): \(message)"
    case .option(let name): return "\(name): \(path): \(message)"
    }
  }
}
