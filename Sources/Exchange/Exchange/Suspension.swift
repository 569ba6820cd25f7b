// What a stage waits for in a task.

/// Work that a stage needs done before the exchange can go on.
package protocol Suspension: AnyObject {
  /// Waits, and leaves `exchange.response` complete or streaming. Runs on the exchange's lane.
  func perform(_ exchange: Exchange) async throws(Failure)
}
