// Whom a zone waited for.

package import ConfigurationTree
package import Runtime

/// What the requests of one zone waited for a turn in the last minute, summed over the loops, and behind
/// whom.
package struct ZoneWaits: Sendable, Equatable {
  /// Whose work a zone waited behind.
  package enum Kind: String, Sendable {
    case zone, own, system, arrivals, others
  }

  /// The part of the waits that was behind one of them.
  package struct Part: Sendable, Equatable {
    /// Empty unless it is a zone.
    package var zone = ""
    package var kind: Kind
    package var nanoseconds: UInt64
    /// Of the waits that are explained, to four digits.
    package var share: Double

    /// The part `share` of what is explained.
    package init(_ kind: Kind, zone: String = "", nanoseconds: UInt64, share: Double) {
      self.kind = kind
      self.zone = zone
      self.nanoseconds = nanoseconds
      self.share = (share * 10_000).rounded() / 10_000
    }
  }

  package var nanoseconds: UInt64 = 0
  /// The longest wait for one turn, or for a turn of the zone's own that left work.
  package var longestNanoseconds: UInt64 = 0
  /// How many waits these are.
  package var count: UInt64 = 0
  /// On how many loops.
  package var loops: UInt64 = 0
  /// The part of `nanoseconds` of which is known who had the loop: shares are of it.
  package var explainedNanoseconds: UInt64 = 0
  /// The largest first.
  package var behind: [Part] = []

  package init() {}

  /// The sum `reading` of the zone `name` over `loops` loops.
  package init(_ reading: WaitReading, of name: String, loops: UInt64) {
    let clock = CPUClock.shared
    let sums = reading.sums
    nanoseconds = clock.nanoseconds(sums.ticks)
    longestNanoseconds = clock.nanoseconds(sums.longestTicks)
    count = sums.count
    self.loops = loops
    explainedNanoseconds = clock.nanoseconds(sums.explainedTicks)
    var rest = sums.explainedTicks
    let whole = Double(max(rest, 1))
    let add = { (parts: inout [Part], kind: Kind, zone: String, ticks: UInt64) in
      guard ticks > 0 else { return }
      rest -= min(rest, ticks)
      parts.append(
        Part(
          kind, zone: zone, nanoseconds: clock.nanoseconds(ticks), share: Double(ticks) / whole))
    }
    // The zone may have left memory and come back, to another lane.
    let own = reading.culprits.reduce(sums.ownTicks) { $1.name == name ? $0 + $1.ticks : $0 }
    for culprit in reading.culprits where culprit.name != name {
      add(&behind, .zone, culprit.name, culprit.ticks)
    }
    add(&behind, .own, "", own)
    add(&behind, .system, "", sums.systemTicks)
    add(&behind, .arrivals, "", sums.arrivalTicks)
    add(&behind, .others, "", rest)
    behind.sort { ($1.nanoseconds, $0.zone) < ($0.nanoseconds, $1.zone) }
  }

  var tree: ConfigurationValue {
    .object([
      ("nanoseconds", .count(nanoseconds)),
      ("longestNanoseconds", .count(longestNanoseconds)),
      ("count", .count(count)), ("loops", .count(loops)),
      ("explainedNanoseconds", .count(explainedNanoseconds)),
      ("behind", .array(behind.map(\.tree))),
    ])
  }

  /// Reads what `tree` writes; what is missing is 0.
  package init(_ tree: ConfigurationValue) {
    nanoseconds = tree["nanoseconds"]?.number ?? 0
    longestNanoseconds = tree["longestNanoseconds"]?.number ?? 0
    count = tree["count"]?.number ?? 0
    loops = tree["loops"]?.number ?? 0
    explainedNanoseconds = tree["explainedNanoseconds"]?.number ?? 0
    behind = (tree["behind"]?.elements ?? []).map { Part($0) }
  }
}

extension ZoneWaits.Part {
  var tree: ConfigurationValue {
    .object([
      ("kind", .string(kind.rawValue)), ("zone", kind == .zone ? .string(zone) : nil),
      ("nanoseconds", .count(nanoseconds)), ("share", .ratio(share)),
    ])
  }

  /// Reads what `tree` writes.
  init(_ tree: ConfigurationValue) {
    self.init(
      tree["kind"]?.text.flatMap { ZoneWaits.Kind(rawValue: $0) } ?? .others,
      zone: tree["zone"]?.text ?? "", nanoseconds: tree["nanoseconds"]?.number ?? 0,
      share: tree["share"]?.fraction ?? 0)
  }
}
