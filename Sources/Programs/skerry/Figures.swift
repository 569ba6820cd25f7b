// Numbers for people, short and with what they count.

/// Short forms of quantities, all at most six characters wide but for long durations.
enum Figures {
  /// `950`, `1.2K`, `35M`: decimal.
  static func count(_ value: Double) -> String {
    scaled(value, by: 1_000, ["", "K", "M", "G", "T", "P"])
  }

  /// How often in a second: as `count`, but below ten with a decimal, unless it is whole.
  static func rate(_ value: Double) -> String {
    value < 9.95 && value != value.rounded() ? tenths(value) : count(value)
  }

  /// `950B`, `1.2K`, `35M`: binary, as memory is counted.
  static func bytes(_ value: UInt64) -> String {
    scaled(Double(value), by: 1_024, ["B", "K", "M", "G", "T", "P"])
  }

  /// `85us`, `1.2ms`, `3.5s`; `-` for none.
  static func latency(nanoseconds: UInt64) -> String {
    if nanoseconds == 0 { return "-" }
    return scaled(Double(nanoseconds) / 1_000, by: 1_000, ["us", "ms", "s"])
  }

  /// `12.3%`, without a decimal from 100 up; `-` for none.
  static func share(_ value: Double?) -> String {
    guard let value else { return "-" }
    let percent = value * 100
    return percent >= 99.95 ? "\(Int(percent.rounded()))%" : "\(tenths(percent))%"
  }

  /// `3 d 4 h`, `5 min 12 s`: the two largest units.
  static func duration(seconds: UInt64) -> String {
    let units: [(String, UInt64)] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
    var rest = seconds
    var parts: [String] = []
    for (name, size) in units {
      let amount = rest / size
      rest %= size
      if amount > 0 || (!parts.isEmpty && parts.count < 2) || size == 1 && parts.isEmpty {
        parts.append("\(amount) \(name)")
      }
      if parts.count == 2 { break }
    }
    return parts.joined(separator: " ")
  }

  /// `1 zone`, `2 zones`: `noun` with as many of it.
  static func amount(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  private static func scaled(_ value: Double, by step: Double, _ units: [String]) -> String {
    var rest = value
    var index = 0
    while rest >= step - 0.5, index < units.count - 1 {
      rest /= step
      index += 1
    }
    let digits = index == 0 || rest >= 9.95 ? "\(Int(rest.rounded()))" : tenths(rest)
    return digits + units[index]
  }

  private static func tenths(_ value: Double) -> String {
    let number = Int((value * 10).rounded())
    return "\(number / 10).\(number % 10)"
  }
}
