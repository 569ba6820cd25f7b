// What is shown of a zone's keys.

package import ConfigurationTree
import DNS
package import Primitives
import TLS

extension KeySet {
  /// The public parts of the keys of the zone `name`, what they are used for, and what happens next.
  /// `asks` is when the zone above is asked next, where somebody does that.
  package func tree(
    of name: String, _ policy: SigningPolicy, spread: UInt64, asks: WallTime?
  ) -> [(String, ConfigurationValue?)] {
    let apex: DomainName?
    do throws(DNSError) { apex = try DomainName(name) } catch { apex = nil }
    let step = nextStep(policy, spread: spread)
    return [
      ("keys", .array(members.map { tree(of: $0, apex) })),
      ("rollovers", .array(rollovers.map { tree(of: $0) })),
      ("nextStepAt", step.map { .integer(Int($0.seconds)) }),
      ("parentAskedAt", awaitsParent ? asks.map { .integer(Int($0.seconds)) } : nil),
      ("policy", policy.tree),
    ]
  }

  private func tree(of member: Member, _ apex: DomainName?) -> ConfigurationValue {
    let (key, use) = (member.key, use(of: member))
    let (new, old) = rollovers(of: member.id)
    let state = Self.state(new, old, key.role)
    let since = state == "active" ? member.active : (old ?? new)?.since
    let delegation = key.role.isEntryPoint ? apex.flatMap { key.delegation(of: $0) } : nil
    return .object([
      ("tag", .integer(Int(key.tag))), ("algorithm", .integer(Int(key.algorithm.rawValue))),
      ("algorithmName", .string(key.algorithm.name)), ("role", .string(key.role.name)),
      ("state", .string(state)),
      ("createdAt", .integer(Int(member.created.seconds))),
      ("since", since.map { .integer(Int($0.seconds)) }),
      ("isPublished", .bool(use.isPublished)), ("signsKeys", .bool(use.signsKeys)),
      ("signsZone", .bool(use.signsZone)), ("isWantedAbove", .bool(use.isWanted)),
      ("dnskey", .string(Self.text(.dnskey, key.record))),
      ("ds", delegation.map { .string(Self.text(.ds, $0)) }),
    ])
  }

  /// As RFC 7583 section 3.1 names it.
  private static func state(
    _ new: KeyRollover?, _ old: KeyRollover?, _ role: ZoneKey.Role
  ) -> String {
    if let old {
      switch old.phase {
      case .presign, .publish: return "active"
      case .submit: return old.kind == .combined ? "retired" : "active"
      case .retire, .confirm: return "retired"
      case .withdraw: return "dead"
      }
    }
    guard let new else { return "active" }
    switch new.phase {
    case .presign: return "generated"
    case .publish: return new.kind == .securing && !role.isEntryPoint ? "active" : "published"
    case .submit: return role.isEntryPoint ? "ready" : "active"
    case .retire, .confirm, .withdraw: return "active"
    }
  }

  private func tree(of rollover: KeyRollover) -> ConfigurationValue {
    func tags(_ ids: [UInt32]) -> ConfigurationValue {
      .array(ids.compactMap { member($0) }.map { .integer(Int($0.key.tag)) })
    }
    return .object([
      ("kind", .string(rollover.kind.name)), ("phase", .string(rollover.phase.name)),
      ("since", .integer(Int(rollover.since.seconds))),
      ("until", .integer(Int(rollover.until.seconds))), ("new", tags(rollover.new)),
      ("old", tags(rollover.old)),
      ("awaitsParent", .bool(rollover.phase.awaitsParent && isCurrent(rollover))),
      ("isHeld", .bool(!isCurrent(rollover))),
    ])
  }

  private static func text(_ type: RecordType, _ content: [UInt8]) -> String {
    var text: [UInt8] = []
    RDATA.appendText(type, content.span, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension KeyRollover.Kind {
  /// As the API names it.
  package var name: String {
    switch self {
    case .zoneSigning: "zsk"
    case .keySigning: "ksk"
    case .combined: "csk"
    case .algorithm: "algorithm"
    case .securing: "securing"
    case .unsigning: "unsigning"
    }
  }
}

extension KeyRollover.Phase {
  /// As the API names it.
  package var name: String {
    switch self {
    case .presign: "presign"
    case .publish: "publish"
    case .submit: "submit"
    case .retire: "retire"
    case .withdraw: "withdraw"
    case .confirm: "confirm"
    }
  }
}
