// A YAML file of zones, as `skerry apply` and `skerry edge --zones` read it.

import ConfigurationTree
import Gateway
import Primitives
import Zones

/// The zones of a file, with everything that is named in it read in, and all faults with their
/// places.
struct ZonesFile {
  let path: String
  /// The document as the API takes it: `zones`.
  let tree: ConfigurationValue

  /// Reads and checks the file at `path`; every fault is thrown at once.
  static func read(_ path: String) throws(CommandFailure) -> ZonesFile {
    try parse(try TextFile.read(path, "the file of zones"), path: path)
  }

  /// The zones of `text`, which is that of the file at `path`.
  static func parse(_ text: String, path: String) throws(CommandFailure) -> ZonesFile {
    var decoder = ConfigurationDecoder()
    let source: ConfigurationValue
    do throws(YAMLProblem) { source = try YAMLText.read(text, &decoder) } catch {
      throw error.failure(in: path)
    }
    if case .null = source.content {
      throw CommandFailure(
        .refused, "\(path): is empty. Write zones: and below it the list of them.")
    }
    let repeats = decoder.faults.count
    let expanded = ZonesShorthand.expand(source, &decoder)
    let tree = ZoneFile.resolve(
      expanded, directory: EdgePaths.parent(of: path), &decoder
    ) { name in
      TextFile.attempt(name).mapError { ZoneFile.UnreadableFile(problem: $0.text) }
    }
    let file = ZonesFile(path: path, tree: tree)
    let first = decoder.faults
    _ = ZoneFile.decode(tree, &decoder, check: CertificateReader.check) { _ in
      ZoneID(high: 0, low: 0)
    }
    guard decoder.faults.isEmpty else {
      let later = decoder.faults.dropFirst(first.count)
      throw file.failure(first + withoutConsequences(later, of: first.dropFirst(repeats)))
    }
    return file
  }

  /// `later` without what is only wrong because a file could not be read: its key is still there,
  /// and what it should have become is missing.
  private static func withoutConsequences(
    _ later: ArraySlice<ConfigurationFault>, of first: ArraySlice<ConfigurationFault>
  ) -> [ConfigurationFault] {
    let becomes = [
      "certificateFile": "chain", "keyFile": "key",
      "certificateAuthorityFile": "certificateAuthority",
    ]
    var expected: Set<String> = []
    for fault in first {
      expected.insert(fault.path)
      guard let dot = fault.path.lastIndex(of: ".") else { continue }
      let key = String(fault.path[fault.path.index(after: dot)...])
      if let other = becomes[key] { expected.insert(fault.path[...dot] + other) }
    }
    return later.filter { !expected.contains($0.path) }
  }

  /// The failure that lists `faults`, each with its place in the file.
  func failure(_ faults: [ConfigurationFault]) -> CommandFailure {
    let sorted = faults.map { fault in
      let position = fault.position ?? place(of: fault.path)
      return (position, line(position, fault.path, "\(fault.problem). \(fault.remedy)"))
    }.sorted { Self.order($0.0) < Self.order($1.0) }
    let count = faults.count == 1 ? "1 fault" : "\(faults.count) faults"
    return CommandFailure(
      .refused,
      (sorted.map(\.1) + ["\(path): \(count); nothing was changed"]).joined(separator: "\n"))
  }

  /// `FILE:LINE:COLUMN PATH: MESSAGE`
  func line(_ position: SourcePosition?, _ faultPath: String, _ message: String) -> String {
    let place = YAMLProblem.place(position)
    return faultPath.isEmpty
      ? "\(path)\(place): \(message)" : "\(path)\(place) \(faultPath): \(message)"
  }

  /// Where the value at `faultPath` stands, or what is around it if there is no such value.
  func place(of faultPath: String) -> SourcePosition? {
    var value = tree
    var position = tree.position
    for part in faultPath.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }) {
      var next = value[String(part)]
      if let index = Int(part), case .array(let elements) = value.content,
        elements.indices.contains(index)
      {
        next = elements[index]
      }
      guard let next else { return position }
      value = next
      position = next.position ?? position
    }
    return position
  }

  private static func order(_ position: SourcePosition?) -> (Int, Int) {
    (position?.line ?? 0, position?.column ?? 0)
  }
}
