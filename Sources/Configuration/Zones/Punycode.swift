// The ASCII form of a name with other letters, for advice only.

/// Punycode (RFC 3492), to tell who wrote `bücher.example` what to write. Full IDNA mapping
/// (normalisation, forbidden characters) is not done: names are only accepted in ASCII.
enum Punycode {
  /// `name` with every label that is not ASCII written as an A-label; nil if that is too long.
  static func domain(_ name: String) -> String? {
    let labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    let encoded = labels.map { label in
      label.utf8.allSatisfy { $0 < 128 } ? String(label) : "xn--" + encode(label)
    }
    guard encoded.allSatisfy({ $0.utf8.count <= ZonesLimits.labelBytes }) else { return nil }
    return encoded.joined(separator: ".")
  }

  /// RFC 3492 section 6.3.
  static func encode(_ label: Substring) -> String {
    let scalars = label.unicodeScalars.prefix(ZonesLimits.nameBytes).map { Int($0.value) }
    var output = scalars.filter { $0 < 128 }.map { UInt8($0) }
    let basic = output.count
    if basic > 0 { output.append(UInt8(ascii: "-")) }
    var (next, delta, bias, handled) = (128, 0, 72, basic)
    while handled < scalars.count {
      let smallest = scalars.filter { $0 >= next }.min() ?? next
      delta += (smallest - next) * (handled + 1)
      next = smallest
      for scalar in scalars {
        if scalar < next { delta += 1 }
        guard scalar == next else { continue }
        append(delta, bias: bias, to: &output)
        bias = adapt(delta, points: handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      next += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func append(_ delta: Int, bias: Int, to output: inout [UInt8]) {
    var rest = delta
    var position = 36
    while true {
      let threshold = min(max(position - bias, 1), 26)
      if rest < threshold { break }
      output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
      rest = (rest - threshold) / (36 - threshold)
      position += 36
    }
    output.append(digit(rest))
  }

  private static func digit(_ value: Int) -> UInt8 { UInt8(value < 26 ? 97 + value : 22 + value) }

  /// RFC 3492 section 6.1.
  private static func adapt(_ delta: Int, points: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / points
    var position = 0
    while delta > 455 {
      delta /= 35
      position += 36
    }
    return position + 36 * delta / (delta + 38)
  }
}
