// An option's value before it is known to be right.

import ArgumentParser

/// The value of an option as it was given. The parser stops at the first value that it can't decode;
/// this one it always takes, so that all wrong values are told at once.
struct Given<Value> {
  let text: String
  /// Nil if the text is none of the option's values.
  let decoded: Value?

  init(_ text: String, _ decoded: Value?) {
    self.text = text
    self.decoded = decoded
  }

  /// The value. Options with a wrong one never leave the parser.
  var value: Value {
    guard let decoded else { preconditionFailure("\(text) was to be refused") }
    return decoded
  }
}

extension Given: Sendable where Value: Sendable {}

extension Given: ExpressibleByArgument where Value: ExpressibleByArgument {
  init(argument: String) { self.init(argument, Value(argument: argument)) }

  /// The usual value.
  init(_ value: Value) { self.init(value.defaultValueDescription, value) }

  var defaultValueDescription: String { text }
  static var allValueStrings: [String] { Value.allValueStrings }
  static var defaultCompletionKind: CompletionKind { Value.defaultCompletionKind }
}
