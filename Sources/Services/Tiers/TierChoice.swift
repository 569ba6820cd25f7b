// What a zone says of the tiers.

package import ConfigurationTree

/// Whom a zone's requests are made to before its origin.
package enum TierChoice: Equatable, Sendable {
  /// The nearest parents of each PoP, by measured round trips.
  case smart
  /// Nobody: each server asks the origin.
  case flat
  /// Those PoPs, in that order; where none of them is above a server, its nearest parents.
  case custom([String])

  /// Takes the choice out of `value`: `smart`, `flat` or a list of PoPs; nil, with the fault noted, if it is
  /// none of those.
  package init?(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    let remedy = "Write smart, flat, or a list of PoPs in the order in which they are asked."
    switch value.content {
    case .string("smart"): self = .smart
    case .string("flat"): self = .flat
    case .array(let elements) where !elements.isEmpty && elements.count <= TierLimits.chosenPoPs:
      var names: [String] = []
      for (index, element) in elements.enumerated() {
        guard case .string(let name) = element.content, !name.isEmpty else {
          decoder.at(index) {
            $0.report("is \(element.kind)", "Give the name of a PoP.", at: element.position)
          }
          return nil
        }
        names.append(name)
      }
      self = .custom(names)
    default:
      decoder.report("is \(value.kind) that says nothing here", remedy, at: value.position)
      return nil
    }
  }

  package var tree: ConfigurationValue {
    switch self {
    case .smart: .string("smart")
    case .flat: .string("flat")
    case .custom(let names): .array(names.map { .string($0) })
    }
  }

  /// The words that a store keeps.
  package var words: [String] {
    switch self {
    case .smart: []
    case .flat: [""]
    case .custom(let names): names
    }
  }

  package init(words: [String]) {
    self = words.isEmpty ? .smart : words == [""] ? .flat : .custom(words)
  }
}
