// What a run of the model test is made of.

/// How many paths there are, and how often things happen among a thousand operations; the rest are requests.
struct ModelPlan: Sendable {
  let paths: [String]
  /// Paths differ in popularity, size and tags, lifetimes are long, and parts of all kinds are asked for.
  let isWide: Bool
  let changes: Int
  let moments: Int
  let skews: Int
  let healths: Int
  let purges: Int
  let restarts: Int
  let kills: Int

  /// Few paths, which are in every state soon.
  static let narrow = ModelPlan(
    paths: (0..<8).map { "/\($0)" }, isWide: false, changes: 60, moments: 130, skews: 10,
    healths: 40,
    purges: 30, restarts: 20, kills: 0)

  /// Many paths, of which much is stored and used again between two restarts.
  static let wide = ModelPlan(
    paths: (0..<200).map { "/\($0)" }, isWide: true, changes: 50, moments: 40, skews: 5,
    healths: 30,
    purges: 20, restarts: 3, kills: 2)

  /// What an operation is, by a number below a thousand.
  enum Operation { case change, moment, skew, health, purge, restart, kill, request }

  func operation(_ number: Int) -> Operation {
    var rest = number
    for (operation, count) in [
      (Operation.change, changes), (.moment, moments), (.skew, skews), (.health, healths),
      (.purge, purges), (.restart, restarts), (.kill, kills),
    ] {
      if rest < count { return operation }
      rest -= count
    }
    return .request
  }

  /// Varies by these of a request's fields.
  func vary(_ path: String) -> [String] {
    let number = Int(path.dropFirst()) ?? 0
    switch isWide ? number % 5 : number {
    case 0: return ["foo"]
    case 1: return ["bar", "foo"]
    default: return []
    }
  }

  /// Bytes that are added to the content: up to 200,000 for a tenth of the paths.
  func padding(_ path: String) -> Int {
    let number = Int(path.dropFirst()) ?? 0
    return isWide && number % 10 == 9 ? 20_000 + number * 7_919 % 180_000 : 0
  }

  /// Tags that few paths share, in the place of those that many do.
  func tags(_ list: String?, of path: String) -> String? {
    guard isWide, let list else { return list }
    let number = Int(path.dropFirst()) ?? 0
    return list.replacing("a", with: "t\(number % 20)").replacing("b", with: "u\(number % 7)")
  }
}
