// Files that a tree of zones names, read in.

import ConfigurationTree

/// Replaces the names of files in a tree of zones by their content.
struct FileReferences {
  /// What the names are relative to.
  let directory: String

  private static let certificateFiles = ["certificateFile": "chain", "keyFile": "key"]
  private static let originFiles = ["certificateAuthorityFile": "certificateAuthority"]
  private static let pageFiles = ["bodyFile": "body"]

  private typealias Change = (
    ConfigurationValue, inout ConfigurationDecoder
  ) -> ConfigurationValue

  func resolve(
    _ tree: ConfigurationValue, _ decoder: inout ConfigurationDecoder, _ read: ZoneFile.Reader
  ) -> ConfigurationValue {
    map(tree, "zones", &decoder) { zone, decoder in
      let zone = map(zone, "certificates", &decoder) { certificate, decoder in
        replace(certificate, Self.certificateFiles, &decoder, read)
      }
      let withOrigins = map(zone, "origins", &decoder) { origin, decoder in
        replace(origin, Self.originFiles, &decoder, read)
      }
      return map(withOrigins, "errorPages", &decoder) { page, decoder in
        replace(page, Self.pageFiles, &decoder, read)
      }
    }
  }

  /// `value` with each element of its list `key` changed; as it is where it has no such list.
  private func map(
    _ value: ConfigurationValue, _ key: String, _ decoder: inout ConfigurationDecoder,
    _ change: Change
  ) -> ConfigurationValue {
    guard case .object(var members) = value.content,
      let index = members.firstIndex(where: { $0.key == key }),
      case .array(let elements) = members[index].value.content
    else { return value }
    var changed: [ConfigurationValue] = []
    changed.reserveCapacity(elements.count)
    decoder.at(key) { decoder in
      for (number, element) in elements.enumerated() {
        decoder.at(number) { changed.append(change(element, &$0)) }
      }
    }
    members[index].value.content = .array(changed)
    return ConfigurationValue(.object(members), at: value.position)
  }

  private func replace(
    _ value: ConfigurationValue, _ files: [String: String], _ decoder: inout ConfigurationDecoder,
    _ read: ZoneFile.Reader
  ) -> ConfigurationValue {
    guard case .object(var members) = value.content else { return value }
    for (index, member) in members.enumerated() {
      guard let key = files[member.key], case .string(let name) = member.value.content else {
        continue
      }
      let position = member.value.position
      decoder.at(member.key) { decoder in
        if members.contains(where: { $0.key == key }) {
          decoder.report("is given beside \(key)", "Give one of the two.", at: position)
        }
        let path = name.hasPrefix("/") ? name : "\(directory)/\(name)"
        switch read(path) {
        case .success(let text):
          members[index] = ConfigurationMember(key, ConfigurationValue(.string(text), at: position))
        case .failure(let error):
          decoder.report(
            "names \(path), which \(error.problem)",
            "Give the path of a \(files == Self.pageFiles ? "" : "PEM ")file, relative to the file of zones.",
            at: position)
        }
      }
    }
    return ConfigurationValue(.object(members), at: value.position)
  }
}
