// What the desk did.

import ConfigurationTree
import Primitives
import Zones

/// An answer, and what is to be done before it is given.
struct APIOutcome: Sendable {
  var answer: APIAnswer
  /// What is to be published.
  var applied: AppliedChanges?
  /// What is to be purged everywhere.
  var purge: Purge?
  /// A zone whose delegation is to be looked at.
  var checked: (id: ZoneID, name: String, nameServers: [String])?
  /// Credentials have changed: what is remembered of them is void.
  var changesCredentials = false

  /// A purge of the zone `zone`, as the operator's API takes it.
  struct Purge: Sendable {
    let zone: String
    let tree: ConfigurationValue
  }

  init(_ answer: APIAnswer, applied: AppliedChanges? = nil) {
    self.answer = answer
    self.applied = applied
  }

  init(_ result: ConfigurationValue, applied: AppliedChanges? = nil) {
    self.init(APIAnswer(result), applied: applied)
  }
}
