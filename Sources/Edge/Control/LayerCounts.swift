// Where a zone's responses came from.

import ConfigurationTree
package import Exchange

/// What each layer answered (`ExchangeFacts.Layer`).
package struct LayerCounts: Sendable, Equatable {
  private var layers = Array(repeating: LayerUsage(), count: ExchangeFacts.Layer.allCases.count)

  package init() {}

  package subscript(layer: ExchangeFacts.Layer) -> LayerUsage {
    get { layers[Int(layer.rawValue)] }
    set { layers[Int(layer.rawValue)] = newValue }
  }

  /// The part of all requests that `layer` answered; nil if there were none.
  package func share(of layer: ExchangeFacts.Layer) -> Double? {
    let total = layers.reduce(0) { $0 + $1.requests }
    return total == 0 ? nil : Double(self[layer].requests) / Double(total)
  }

  /// What came since `earlier`, a former reading of the same counters.
  package func since(_ earlier: LayerCounts) -> LayerCounts {
    var result = self
    for index in layers.indices {
      result.layers[index] = layers[index].since(earlier.layers[index])
    }
    return result
  }

  /// Those that answered anything, by name.
  var tree: ConfigurationValue {
    .object(
      ExchangeFacts.Layer.allCases.map { layer -> (String, ConfigurationValue?) in
        ("\(layer)", self[layer].requests == 0 ? nil : self[layer].tree)
      })
  }

  init(_ tree: ConfigurationValue) {
    for layer in ExchangeFacts.Layer.allCases {
      if let usage = tree["\(layer)"] { self[layer] = LayerUsage(usage) }
    }
  }
}
