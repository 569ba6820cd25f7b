// What a flight knows once the head has come.

/// The head of a response that may be shared.
struct FlightHead: Sendable {
  let stored: StoredHead
  /// nil if the sender announced none.
  let contentLength: UInt64?
}
