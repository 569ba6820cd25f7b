// A named table of an environment.

import CLMDB

/// A named table: byte keys in order, each with one record. Valid as long as its environment.
package struct StorageTable: Sendable, Equatable {
  package let name: String
  let handle: MDB_dbi
}
