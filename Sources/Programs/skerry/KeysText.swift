// The keys of a zone as text.

import ConfigurationTree
import Control
import DNS

/// What `skerry dns keys` prints: records as in a zone file, and comments that say what the keys do. A
/// comment has no word DS between spaces, so that whoever looks for records finds records.
struct KeysText {
  let lines: [String]

  init(_ name: String, _ tree: ConfigurationValue) {
    let keys = tree["keys"]?.elements ?? []
    let rollovers = tree["rollovers"]?.elements ?? []
    let isLeaving = rollovers.contains { $0["kind"]?.text == "unsigning" }
    let isEarly = !isLeaving && rollovers.contains { Self.is($0, "securing", "publish") }
    var lines: [String] = []
    for key in keys where key["isPublished"]?.flag == true {
      lines.append("\(name). IN DNSKEY \(key["dnskey"]?.text ?? "")")
    }
    for key in keys where key["isWantedAbove"]?.flag == true || isEarly {
      if let text = key["ds"]?.text { lines.append("\(name). IN DS \(text)") }
    }
    lines += keys.map { "; " + Self.text(of: $0) }
    lines += rollovers.map { "; " + Self.text(ofRollover: $0) }
    if !isLeaving, rollovers.isEmpty, let next = tree["nextStepAt"]?.number {
      lines.append("; next: a rollover begins at \(Self.time(next))")
    }
    if let asked = tree["parentAskedAt"]?.number {
      lines.append(
        "; the zone above is asked again at \(Self.time(asked)), or say --parent-has-"
          + (isLeaving ? "no-ds" : "ds"))
    }
    self.lines = lines
  }

  private static func `is`(_ rollover: ConfigurationValue, _ kind: String, _ phase: String) -> Bool
  {
    rollover["kind"]?.text == kind && rollover["phase"]?.text == phase
  }

  private static func text(of key: ConfigurationValue) -> String {
    var uses: [String] = []
    if key["isPublished"]?.flag != true { uses.append("not published") }
    if key["signsKeys"]?.flag == true { uses.append("signs keys") }
    if key["signsZone"]?.flag == true { uses.append("signs the zone") }
    if key["isWantedAbove"]?.flag == true { uses.append("wanted above") }
    let (since, tag) = (key["since"]?.number ?? 0, key["tag"]?.number ?? 0)
    let name = "\(key["role"]?.text ?? "") \(tag) \(key["algorithmName"]?.text ?? "")"
    let state = "\(key["state"]?.text ?? "")\(since > 0 ? " since \(time(since))" : "")"
    return "\(name): \(state)\(uses.isEmpty ? "" : " (\(uses.joined(separator: ", ")))")"
  }

  private static func text(ofRollover rollover: ConfigurationValue) -> String {
    let kind = rollover["kind"]?.text ?? ""
    let subject =
      switch kind {
      case "securing": "signed, "
      case "unsigning": "signing is being switched off, "
      case "algorithm": "change of all keys, "
      default: "\(kind.uppercased()) rollover, "
      }
    if rollover["isHeld"]?.flag == true { return subject + "held until that is done" }
    let until = rollover["until"]?.number ?? 0
    return subject + waits(kind, rollover["phase"]?.text ?? "", time(until))
  }

  /// What a phase waits for.
  private static func waits(_ kind: String, _ phase: String, _ until: String) -> String {
    switch (kind, phase) {
    case ("securing", "publish"):
      "and not to be known above before \(until): answers without signatures may be in caches"
    case ("securing", _): "waits until the zone above has its DS"
    case ("unsigning", "submit"): "waits until the zone above has no DS"
    case ("unsigning", "confirm"): "waits until the zone above is seen once more to have no DS"
    case ("unsigning", _): "until \(until): the DS may be in caches"
    case (_, "presign"): "until \(until): answers without the new key's signatures may be in caches"
    case (_, "publish"): "until \(until): sets of keys without the new one may be in caches"
    case (_, "submit"): "waits until the zone above has the new DS, and the old one no more"
    case ("zsk", "retire"): "until \(until): the old key's signatures may be in caches"
    case (_, "confirm"): "waits until the zone above is seen once more to have the new DS alone"
    case (_, "retire"): "until \(until): the old DS, and what the old key signed, may be in caches"
    default: "until \(until): sets with the old keys may be in caches"
    }
  }

  /// A time in UTC, to the second.
  private static func time(_ seconds: UInt64) -> String {
    var digits: [UInt8] = []
    SignatureTime.append(UInt32(clamping: seconds), to: &digits)
    let text = String(decoding: digits, as: UTF8.self)
    func part(_ from: Int, _ count: Int) -> Substring { text.dropFirst(from).prefix(count) }
    return "\(part(0, 4))-\(part(4, 2))-\(part(6, 2))T\(part(8, 2)):\(part(10, 2)):\(part(12, 2))Z"
  }
}
