// Conditions on what is there before it is changed (RFC 9110 section 13).

import ConfigurationTree
import Exchange
import HTTP
import Primitives
import Zones

/// The preconditions of a change: `If-None-Match: *` (it must be new) and `If-Match` (nobody else
/// has changed it meanwhile).
struct ControlCondition: Sendable, Equatable {
  var mustBeNew = false
  /// The entity tags one of which must be the zone's.
  var tags: [String] = []
  /// `If-Match: *`: the zone must be there.
  var mustExist = false

  init() {}

  /// Takes the preconditions out of `fields`.
  init(_ fields: FieldBlock) throws(ControlRefusal) {
    if let text = fields.text(.ifNoneMatch) {
      guard text == "*" else {
        throw ControlRefusal(
          400, .invalid, "If-None-Match is \"\(text)\". The only form here is *: must not exist.")
      }
      mustBeNew = true
    }
    guard let text = fields.text(.ifMatch) else { return }
    if text == "*" {
      mustExist = true
    } else {
      tags = text.split(separator: ",").map { tag in
        String(tag.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
    }
  }

  /// Throws 412 if `zone`, which is what is there now, does not meet the conditions.
  func check(_ zone: ZoneConfiguration?, _ name: String) throws(ControlRefusal) {
    if mustBeNew, zone != nil {
      throw ControlRefusal(
        412, .preconditionFailed,
        "The zone \(name) exists already. Change it, or choose another name.")
    }
    if mustExist, zone == nil {
      throw ControlRefusal(412, .preconditionFailed, "There is no zone \(name).")
    }
    guard !tags.isEmpty else { return }
    guard let zone, tags.contains(Self.tag(of: zone)) else {
      throw ControlRefusal(
        412, .preconditionFailed,
        "The zone \(name) is not as you read it any more. Read it again, and repeat the change.")
    }
  }

  /// The entity tag of a zone's configuration, without its private keys.
  static func tag(of zone: ZoneConfiguration) -> String {
    let text = JSONWriter.write(zone.tree())
    let hash = KeyedHash(key0: 0, key1: 0).hash(text.span)
    return "\"\(String(hash, radix: 16))\""
  }
}
