// The topology's file.

package import ConfigurationTree
import Runtime

extension TierTopology {
  /// The topology that `value` describes; what is wrong in it is told to the decoder.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    guard let object = decoder.object(value, keys: ["pops"]) else { return }
    var parents: [ParentNames] = []
    let isThere = decoder.list("pops", in: object, limit: TierLimits.pops) { value, decoder in
      addPoP(value, &parents, &decoder)
    }
    if !isThere || pops.isEmpty {
      if decoder.faults.isEmpty { decoder.reportMissing("pops", in: object, Self.popRemedy) }
      return
    }
    for index in pops.indices { pops[index].parents = usualParents(of: pops[index].tier) }
    decoder.at("pops") { decoder in
      for names in parents {
        decoder.at(names.pop) { decoder in
          decoder.at("parents") { setParents(names, &$0) }
        }
      }
    }
  }

  private static let popRemedy = "List the PoPs, each with name, tier and servers."
  private static let nameRemedy =
    "Write up to \(TierLimits.nameBytes) small letters, digits, dots and hyphens."

  /// The names that a PoP gives as its parents.
  private struct ParentNames {
    let pop: Int
    let names: [ConfigurationValue]
  }

  private mutating func addPoP(
    _ value: ConfigurationValue, _ parents: inout [ParentNames],
    _ decoder: inout ConfigurationDecoder
  ) {
    guard let object = decoder.object(value, keys: ["name", "tier", "parents", "servers"]),
      let name = name(in: object, isTaken: { name in pops.contains { $0.name == name } }, &decoder)
    else { return }
    let position = pops.count
    pops.append(PoP(name: name, tier: decoder.choice("tier", in: object, Tier.self) ?? .edge))
    var names: [ConfigurationValue] = []
    if decoder.list(
      "parents", in: object, limit: TierLimits.pops, { value, _ in names.append(value) })
    {
      parents.append(ParentNames(pop: position, names: names))
    }
    decoder.list("servers", in: object, limit: TierLimits.serversOfPoP) { value, decoder in
      addServer(value, &decoder)
    }
    if pops[position].servers.isEmpty, decoder.faults.isEmpty {
      decoder.reportMissing(
        "servers", in: object, "List the servers, each with name and address.")
    }
  }

  private mutating func addServer(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) {
    guard
      let object = decoder.object(value, keys: ["name", "address", "weight", "drain"]),
      let name = name(
        in: object, isTaken: { server(named: $0) != nil }, &decoder)
    else { return }
    let remedy = "Write the address and port where its peers reach it, as 192.0.2.1:7443."
    guard let text = decoder.requiredString("address", in: object, remedy) else { return }
    guard let address = SocketAddress(text), address.port != 0 else {
      return decoder.at("address") {
        $0.report("is \"\(text)\"", remedy, at: object.value("address")?.position)
      }
    }
    if let other = servers.first(where: { $0.address == address }) {
      return decoder.at("address") {
        $0.report(
          "is that of \(other.name) too", "Give each server a port of its own.",
          at: object.value("address")?.position)
      }
    }
    add(
      Server(
        name: name, address: address,
        weight: decoder.integer("weight", in: object, 1...TierLimits.weight) ?? 1,
        isDraining: decoder.bool("drain", in: object) ?? false, pop: pops.count - 1))
  }

  /// Names stand in certificates and fields.
  private func name(
    in object: ConfigurationObject, isTaken: (String) -> Bool,
    _ decoder: inout ConfigurationDecoder
  ) -> String? {
    guard let name = decoder.requiredString("name", in: object, Self.nameRemedy) else { return nil }
    let isPlain = name.utf8.allSatisfy { byte in
      byte >= 0x61 && byte <= 0x7a || byte >= 0x30 && byte <= 0x39 || byte == 0x2d || byte == 0x2e
    }
    let position = object.value("name")?.position
    guard isPlain, !name.isEmpty, name.utf8.count <= TierLimits.nameBytes else {
      decoder.at("name") { $0.report("is \"\(name)\"", Self.nameRemedy, at: position) }
      return nil
    }
    guard !isTaken(name) else {
      decoder.at("name") {
        $0.report("is there twice: \(name)", "Give each a name of its own.", at: position)
      }
      return nil
    }
    return name
  }

  private mutating func setParents(
    _ names: ParentNames, _ decoder: inout ConfigurationDecoder
  ) {
    let tier = pops[names.pop].tier
    var found: [Int] = []
    for (index, value) in names.names.enumerated() {
      decoder.at(index) { decoder in
        guard case .string(let name) = value.content,
          let parent = pops.firstIndex(where: { $0.name == name })
        else {
          return decoder.report(
            "names no PoP of this file", "Give the name of one.", at: value.position)
        }
        guard pops[parent].tier.isAbove(tier) else {
          return decoder.report(
            "names \(name), whose tier is \(pops[parent].tier.rawValue)",
            "Parents of tier \(tier.rawValue) are of one above it: edge, regional, upper.",
            at: value.position)
        }
        if !found.contains(parent) { found.append(parent) }
      }
    }
    pops[names.pop].parents = found
  }

  /// All PoPs of the next tier that there is.
  private func usualParents(of tier: Tier) -> [Int] {
    for above in Tier.allCases where above.isAbove(tier) {
      let found = pops.indices.filter { pops[$0].tier == above }
      if !found.isEmpty { return found }
    }
    return []
  }
}
