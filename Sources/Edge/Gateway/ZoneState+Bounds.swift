// What a zone takes, beside what it may.

import Exchange
import Runtime
import Zones

extension ZoneState {
  /// Counts one more request in flight; false if that would be one too many on the server.
  func exchangeBegan() -> Bool {
    guard use.takeExchange(bound: bounds.exchanges) else { return false }
    exchangesInFlight += 1
    return true
  }

  func exchangeEnded() {
    use.giveExchangeBack()
    exchangesInFlight -= 1
    lastUsed = lane.loop.now
  }

  /// Queues an exchange for its turn on the lane; false if too many are in flight. It counts from
  /// now on.
  func enqueue(_ exchange: Exchange) -> Bool {
    guard exchangeBegan() else { return false }
    exchange.tenant = self
    exchange.enqueue()
    return true
  }

  /// The exchange is what a task or events carry on: counts it, unless it was counted when it was
  /// queued. False if too many are in flight.
  func keepsInFlight(_ exchange: Exchange) -> Bool {
    guard exchange.tenant === self else { return exchangeBegan() }
    exchange.tenant = nil
    return true
  }

  /// The turn of an exchange is over that this zone queued: if nothing carries it on, it does not
  /// count any more.
  func turnEnded(_ exchange: Exchange) {
    guard let counting = exchange.tenant else { return }
    exchangeEnded()
    // Another zone may answer for the host by now, and have queued it.
    if counting === self { exchange.tenant = nil }
  }
}

extension ZoneState: ConnectionTenant {
  func connectionOpened(_ connection: any TenantConnection) -> Int? {
    guard connections.count < gateway.connectionsPerZone,
      use.takeConnection(bound: bounds.connections)
    else { return nil }
    connections.append(connection)
    return connections.count - 1
  }

  func connectionClosed(at place: Int) {
    use.giveConnectionBack()
    let last = connections.removeLast()
    guard place < connections.count else { return }
    connections[place] = last
    last.moved(to: place)
  }

  func waitingOutputChanged(by bytes: Int) {
    waitingOutputBytes += bytes
    precondition(waitingOutputBytes >= 0)
  }

  var hasOutputRoom: Bool {
    waitingOutputBytes < bounds.responseBufferBytes
  }

  func waitingInputChanged(by bytes: Int) {
    waitingInputBytes += bytes
    precondition(waitingInputBytes >= 0)
  }

  var hasInputRoom: Bool {
    waitingInputBytes < bounds.requestBufferBytes
  }
}
