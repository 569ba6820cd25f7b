// What a transaction's body may throw: an error that can carry one of Storage.

/// An error that can be made from a `StorageError`, so that a transaction's body throws one type.
package protocol StorageFailure: Error {
  init(_ storage: StorageError)

  /// The error of Storage inside, if that is what it is.
  var storage: StorageError? { get }
}

extension StorageError: StorageFailure {
  package init(_ storage: StorageError) { self = storage }

  package var storage: StorageError? { self }
}
