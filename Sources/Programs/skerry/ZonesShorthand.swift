// Short forms in a file of zones.

import ConfigurationTree

/// Writes short forms out: `origin: URL` is a list of one origin, `certificate: FILE` with
/// `key: FILE` a list of one certificate, and `responseFields` may be an object.
enum ZonesShorthand {
  /// `tree` with every zone's short forms written out; what can't be is noted.
  static func expand(
    _ tree: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) -> ConfigurationValue {
    guard case .object(var members) = tree.content,
      let index = members.firstIndex(where: { $0.key == "zones" }),
      case .array(let zones) = members[index].value.content
    else { return tree }
    var expanded: [ConfigurationValue] = []
    expanded.reserveCapacity(zones.count)
    decoder.at("zones") { decoder in
      for (number, zone) in zones.enumerated() {
        decoder.at(number) { expanded.append(expand(zone: zone, &$0)) }
      }
    }
    members[index].value.content = .array(expanded)
    return ConfigurationValue(.object(members), at: tree.position)
  }

  private static func expand(
    zone: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) -> ConfigurationValue {
    guard case .object(var members) = zone.content else { return zone }
    expandOrigin(&members, &decoder)
    expandCertificate(&members, &decoder)
    expandFields(&members)
    return ConfigurationValue(.object(members), at: zone.position)
  }

  private static func expandOrigin(
    _ members: inout [ConfigurationMember], _ decoder: inout ConfigurationDecoder
  ) {
    guard let index = members.firstIndex(where: { $0.key == "origin" }) else { return }
    let url = members[index].value
    guard !isTaken("origins", beside: "origin", members, &decoder, url) else {
      members.remove(at: index)
      return
    }
    let origin = ConfigurationValue(
      .object([ConfigurationMember("url", url)]), at: url.position)
    members[index] = ConfigurationMember(
      "origins", ConfigurationValue(.array([origin]), at: url.position))
  }

  private static func expandCertificate(
    _ members: inout [ConfigurationMember], _ decoder: inout ConfigurationDecoder
  ) {
    let names = [
      "certificate": "certificateFile", "certificateFile": "certificateFile", "key": "keyFile",
      "keyFile": "keyFile",
    ]
    let given = members.filter { names[$0.key] != nil }
    guard let first = given.first else { return }
    members.removeAll { names[$0.key] != nil }
    let isTaken = isTaken("certificates", beside: first.key, members, &decoder, first.value)
    guard !isTaken else { return }
    let files = given.map { ConfigurationMember(names[$0.key] ?? $0.key, $0.value) }
    let certificate = ConfigurationValue(.object(files), at: first.value.position)
    members.append(
      ConfigurationMember(
        "certificates", ConfigurationValue(.array([certificate]), at: first.value.position)))
  }

  private static func expandFields(_ members: inout [ConfigurationMember]) {
    guard let index = members.firstIndex(where: { $0.key == "responseFields" }),
      case .object(let fields) = members[index].value.content
    else { return }
    members[index].value.content = .array(
      fields.map { field in
        let members = [
          ConfigurationMember(
            "name", ConfigurationValue(.string(field.key), at: field.value.position)),
          ConfigurationMember("value", field.value),
        ]
        return ConfigurationValue(.object(members), at: field.value.position)
      })
  }

  private static func isTaken(
    _ key: String, beside short: String, _ members: [ConfigurationMember],
    _ decoder: inout ConfigurationDecoder, _ value: ConfigurationValue
  ) -> Bool {
    guard members.contains(where: { $0.key == key }) else { return false }
    decoder.at(short) {
      $0.report("is given beside \(key)", "Give one of the two.", at: value.position)
    }
    return true
  }
}
