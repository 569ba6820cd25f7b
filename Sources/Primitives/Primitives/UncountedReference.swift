// A reference that is looked at often and changes seldom.

/// A reference to an object that its user knows to be alive: it keeps nothing alive, and looking at it counts
/// nothing, where the compiler counts each look at an optional reference. Unlike a weak one it does not make
/// the counting of all others slow either.
///
/// Whoever has one says in a comment beside it who makes it nil before the object ends, and that this
/// happens on the thread that looks.
@safe @usableFromInline package struct UncountedReference<Object: AnyObject> {
  @usableFromInline let object: Unmanaged<Object>?

  @inlinable @inline(__always) package init(_ object: Object?) {
    unsafe self.object = object.map { unsafe Unmanaged.passUnretained($0) }
  }

  @inlinable @inline(__always) package var isSet: Bool { unsafe object != nil }

  /// The object, with a reference of the caller's own.
  @inlinable @inline(__always) package var counted: Object? { unsafe object?.takeUnretainedValue() }

  /// Lends the object to `body`, which must not end it; nil without one.
  @inlinable @inline(__always) package func with<Result>(
    _ body: (Object) -> Result
  ) -> Result? {
    guard let object = unsafe object else { return nil }
    return unsafe object._withUnsafeGuaranteedRef(body)
  }
}
