// What a token may do.

import Primitives

/// One thing that a token may be allowed; edit includes read.
enum Permission: String, CaseIterable, Sendable {
  case zoneRead = "zone:read"
  case zoneEdit = "zone:edit"
  case dnsRead = "dns:read"
  case dnsEdit = "dns:edit"
  case cachePurge = "cache:purge"
  case settingsRead = "settings:read"
  case settingsEdit = "settings:edit"
  case accountRead = "account:read"
  case tokensRead = "tokens:read"
  case tokensEdit = "tokens:edit"
  case auditRead = "audit:read"

  /// How it is stored. A number is never used again.
  var number: Int {
    switch self {
    case .zoneRead: 1
    case .zoneEdit: 2
    case .dnsRead: 3
    case .dnsEdit: 4
    case .cachePurge: 5
    case .settingsRead: 6
    case .settingsEdit: 7
    case .accountRead: 8
    case .tokensRead: 9
    case .tokensEdit: 10
    case .auditRead: 11
    }
  }

  init?(number: Int) {
    guard let found = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = found
  }

  /// As lists of permission groups name it.
  var name: String {
    switch self {
    case .zoneRead: "Zone Read"
    case .zoneEdit: "Zone Write"
    case .dnsRead: "DNS Read"
    case .dnsEdit: "DNS Write"
    case .cachePurge: "Cache Purge"
    case .settingsRead: "Zone Settings Read"
    case .settingsEdit: "Zone Settings Write"
    case .accountRead: "Account Settings Read"
    case .tokensRead: "API Tokens Read"
    case .tokensEdit: "API Tokens Write"
    case .auditRead: "Audit Logs Read"
    }
  }

  /// The identity of its permission group, the same everywhere.
  var group: ObjectID { ObjectID(high: 0x736b_6572_7279_7067, low: UInt64(number)) }

  /// Whether it is about zones, each by itself.
  var isOfZones: Bool {
    switch self {
    case .zoneRead, .zoneEdit, .dnsRead, .dnsEdit, .cachePurge, .settingsRead, .settingsEdit: true
    case .accountRead, .tokensRead, .tokensEdit, .auditRead: false
    }
  }

  /// Whether having this is having `other`.
  func includes(_ other: Permission) -> Bool {
    switch (self, other) {
    case (.zoneEdit, .zoneRead), (.dnsEdit, .dnsRead), (.settingsEdit, .settingsRead),
      (.tokensEdit, .tokensRead):
      true
    // Whoever may do something in a zone may find it.
    case (.dnsRead, .zoneRead), (.dnsEdit, .zoneRead), (.settingsRead, .zoneRead),
      (.settingsEdit, .zoneRead):
      true
    default: self == other
    }
  }
}
