// A value that several threads share, one at a time.

package import Synchronization

/// A value behind a lock, as `Synchronization.Mutex` has it, which this is.
///
/// The thread sanitizer does not see how that one passes from thread to thread when they contend (its
/// slow path is in a library that is not instrumented) and takes what it protects for a race. When it
/// runs, each lock also reads and writes an atomic, which it does see.
package struct Guarded<Value: ~Copyable>: ~Copyable, Sendable {
  @usableFromInline let mutex: Mutex<Value>
  #if THREAD_SANITIZER
    @usableFromInline let passes = Atomic<Bool>(false)
  #endif

  @inlinable @_transparent package init(_ value: consuming sending Value) { mutex = Mutex(value) }

  /// Runs `body` with the value, while no other thread has it. Keep it short: others may wait.
  @inlinable @inline(__always) package borrowing func withLock<Result: ~Copyable, E: Error>(
    _ body: (inout sending Value) throws(E) -> sending Result
  ) throws(E) -> sending Result {
    #if THREAD_SANITIZER
      try mutex.withLock { value throws(E) in
        _ = passes.load(ordering: .acquiring)
        defer { passes.store(true, ordering: .releasing) }
        return try body(&value)
      }
    #else
      try mutex.withLock(body)
    #endif
  }
}
