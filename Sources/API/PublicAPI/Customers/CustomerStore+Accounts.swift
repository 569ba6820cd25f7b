// Accounts and tokens are made and removed.

import ConfigurationTree
import Primitives
import Runtime
import Storage
import Zones

extension CustomerStore {
  /// Adds `account`, whose global key is `key`.
  func add(_ account: Account, key: Secret, _ entry: AuditEntry) throws(ZoneStoreError) {
    try zones.apply([]) { (sequence, change) throws(StorageError) in
      try change.put(account.row, at: ZoneKeys.key(account.id), in: accounts)
      let credential = Credential(account: account.id, token: nil)
      try change.put(credential.row, at: key.digest, in: credentials)
      try write(entry, sequence, &change)
    }
  }

  /// Writes `token`, in the place of `old`, whose secret opens nothing any more if it is another.
  func put(
    _ token: APIToken, inPlaceOf old: APIToken?, _ entry: AuditEntry
  ) throws(ZoneStoreError) {
    try zones.apply([]) { (sequence, change) throws(StorageError) in
      if let old, old.digest != token.digest { try change.remove(old.digest, in: credentials) }
      try change.put(token.row, at: Self.key(token.account, token.id), in: tokens)
      let credential = Credential(account: token.account, token: token.id)
      try change.put(credential.row, at: token.digest, in: credentials)
      try write(entry, sequence, &change)
    }
  }

  func remove(_ token: APIToken, _ entry: AuditEntry) throws(ZoneStoreError) {
    try zones.apply([]) { (sequence, change) throws(StorageError) in
      try change.remove(token.digest, in: credentials)
      try change.remove(Self.key(token.account, token.id), in: tokens)
      try write(entry, sequence, &change)
    }
  }
}
