// What can go wrong with the disk, none of which costs more than the records concerned.

package import Storage

/// A fault that was met, and counted.
package enum DiskFault: Error {
  /// The device or the file system refused to read.
  case reading(StorageError)
  /// A segment ends before its record does.
  case truncated(segment: UInt32)
  /// What was to be a record's header is none.
  case header(segment: UInt32)
  /// A record is another than the index says.
  case mismatch(segment: UInt32)
  /// The checksum of a record's head or body is wrong.
  case head(segment: UInt32)
  case body(segment: UInt32)
  /// A segment could not be written.
  case writing(StorageError)
  /// The index could not be read or changed.
  case index(StorageError)
  /// The disk has no room, though the quota is not used up.
  case full(StorageError)
  /// A file of a segment is gone, or could not be opened.
  case missing(segment: UInt32)
  /// The store can't be opened (yet).
  case closed(StorageError)
  /// The index was damaged and everything that was stored is given up.
  case discarded(StorageError)

  /// The fault of Storage that came while something was written.
  static func ofWriting(_ error: StorageError) -> DiskFault {
    if case .diskFull = error { return .full(error) }
    return .writing(error)
  }

  /// What kind of fault it is, for those who count or limit reports.
  package var kind: Kind {
    switch self {
    case .reading: .reading
    case .truncated: .truncated
    case .header: .header
    case .mismatch: .mismatch
    case .head: .head
    case .body: .body
    case .writing: .writing
    case .index: .index
    case .full: .full
    case .missing: .missing
    case .closed: .closed
    case .discarded: .discarded
    }
  }

  /// The kinds of faults.
  package enum Kind: String, CaseIterable, Sendable {
    case reading, truncated, header, mismatch, head, body, writing, index, full, missing, closed
    case discarded
  }
}

extension DiskFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .reading(let error): "a record could not be read: \(error)"
    case .truncated(let segment): "segment \(segment) is shorter than its records"
    case .header(let segment): "segment \(segment) has a damaged header of a record"
    case .mismatch(let segment): "segment \(segment) has another record than the index says"
    case .head(let segment): "segment \(segment) has a record with a damaged head"
    case .body(let segment): "segment \(segment) has a record with a damaged body"
    case .writing(let error): "records could not be written: \(error)"
    case .index(let error): "the index: \(error)"
    case .full(let error): "there is no room on the disk, the oldest segment is given up: \(error)"
    case .missing(let segment): "segment \(segment) is missing"
    case .closed(let error): "it can't be opened, and is tried again: \(error)"
    case .discarded(let error): "the index can't be used, the cache on disk begins empty: \(error)"
    }
  }
}
