// What a stage waits for without a task.

/// Work that a stage needs done before the exchange can go on, made of events of the loop: it costs
/// no task. Called on the exchange's lane.
package protocol EventDrivenWork: AnyObject {
  /// Begins. `driver` hears of the end later, never during this call.
  func begin(_ exchange: Exchange, for driver: any ExchangeDriver)
}
