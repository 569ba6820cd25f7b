// Taking values out of trees that a program wrote.

package import ConfigurationTree

extension ConfigurationValue {
  /// The text, if it is one.
  package var text: String? {
    if case .string(let text) = content { text } else { nil }
  }

  /// The whole number, if it is one that is not negative.
  package var number: UInt64? {
    if case .integer(let number) = content { UInt64(exactly: number) } else { nil }
  }

  /// The number, if it is one, whole or not.
  package var fraction: Double? {
    switch content {
    case .double(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }

  /// True or false, if it is one.
  package var flag: Bool? {
    if case .bool(let flag) = content { flag } else { nil }
  }

  /// The elements of a list; none if it is none.
  package var elements: [ConfigurationValue] {
    if case .array(let elements) = content { elements } else { [] }
  }

  /// A counter as a value; what is beyond 63 bits stays at the largest.
  package static func count(_ value: UInt64) -> ConfigurationValue {
    ConfigurationValue(.integer(Int64(clamping: value)))
  }

  /// A share or ratio, rounded to four digits.
  package static func ratio(_ value: Double) -> ConfigurationValue {
    ConfigurationValue(.double((value * 10_000).rounded() / 10_000))
  }
}
