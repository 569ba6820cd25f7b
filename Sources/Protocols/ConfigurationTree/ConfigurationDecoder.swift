// The walk through a tree that notes everything that is wrong.

/// Takes typed values out of a tree and collects all faults with their paths.
///
/// Every getter returns nil where the value is missing or wrong; what is wrong is noted. A decoder
/// of a type goes on with its default then, so that one look finds everything.
package struct ConfigurationDecoder {
  package private(set) var faults: [ConfigurationFault] = []

  private var path: [Component]

  /// A decoder whose tree hangs under `path`, which is given as text (`zones[2]`) or empty.
  package init(path: String = "") {
    self.path = path.isEmpty ? [] : [.text(path)]
  }

  /// A step of a path.
  private enum Component {
    case text(String)
    case index(Int)
  }

  // MARK: - Noting

  /// The path of what is being decoded.
  package var currentPath: String {
    var text = ""
    for component in path {
      switch component {
      case .text(let name): text += text.isEmpty ? name : ".\(name)"
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  /// Notes that what is being decoded is wrong.
  package mutating func report(
    _ problem: String, _ remedy: String, at position: SourcePosition? = nil
  ) {
    let limit = ConfigurationLimits.faults
    guard faults.count <= limit else { return }
    let more = ConfigurationFault(
      path: "", problem: "has more than \(limit) faults", remedy: "Mend those that are listed.")
    let fault = ConfigurationFault(
      path: currentPath, position: position, problem: problem, remedy: remedy)
    faults.append(faults.count == limit ? more : fault)
  }

  /// Runs `body` with the path continued by `key`.
  package mutating func at(_ key: String, _ body: (inout ConfigurationDecoder) -> Void) {
    path.append(.text(key))
    body(&self)
    path.removeLast()
  }

  /// Runs `body` with the path continued by `index`.
  package mutating func at(_ index: Int, _ body: (inout ConfigurationDecoder) -> Void) {
    path.append(.index(index))
    body(&self)
    path.removeLast()
  }

  // MARK: - Objects

  /// `value` as an object whose keys are all in `keys`; others are noted with the nearest.
  package mutating func object(
    _ value: ConfigurationValue, keys: [String]
  ) -> ConfigurationObject? {
    guard case .object(let members) = value.content else {
      report(
        "is \(value.kind)",
        "Give an object with the key\(keys.count == 1 ? "" : "s") \(Self.list(keys)).",
        at: value.position)
      return nil
    }
    for member in members where !keys.contains(member.key) {
      let nearest = NearestName.of(member.key, in: keys)
      let advice = nearest.map { "Did you mean \($0)?" } ?? "Known keys are \(Self.list(keys))."
      at(member.key) { decoder in
        decoder.report("is no known key", advice, at: member.value.position)
      }
    }
    return ConfigurationObject(members: members, position: value.position)
  }

  private static func list(_ keys: [String]) -> String {
    guard let last = keys.last, keys.count > 1 else { return keys.first ?? "(none)" }
    return keys.dropLast().joined(separator: ", ") + " and " + last
  }
}
