// Opening a connection to the first address that answers.

import Primitives
package import Runtime

extension ClientConnection {
  /// Opens a connection to one of `addresses`, which are of one origin, with TLS if `security` is
  /// given. Waits on `parker`.
  package static func open(
    to addresses: [SocketAddress], on lane: Lane, timeout: Duration,
    security: ClientSecurity? = nil, parker: Parker
  ) async throws(HTTPClientError) -> ClientConnection {
    let deadline = lane.loop.now + timeout
    let connection = try await race(addresses, on: lane, timeout: timeout, parker: parker)
    if let security {
      do throws(HTTPClientError) {
        try await connection.secure(security, deadline: deadline, parker: parker)
      } catch {
        connection.end(reset: true)
        throw error
      }
    }
    return connection
  }

  private static func race(
    _ addresses: [SocketAddress], on lane: Lane, timeout: Duration, parker: Parker
  ) async throws(HTTPClientError) -> ClientConnection {
    var race = AddressRace(addresses, now: lane.loop.now, timeout: timeout)
    var attempts: [ClientConnection] = []
    defer { for attempt in attempts { attempt.end() } }
    var lastError = HTTPClientError.connectTimedOut
    while true {
      if parker.isCancelled { throw .cancelled }
      var index = 0
      while index < attempts.count {
        switch attempts[index].opening {
        case .pending: index += 1
        case .open:
          let winner = attempts.remove(at: index)
          winner.opener = nil
          return winner
        case .failed(let error):
          lastError = .connectFailed(error)
          attempts.remove(at: index).end()
          race.attemptFailed(now: lane.loop.now)
        }
      }
      switch race.next(now: lane.loop.now) {
      case .timedOut: throw .connectTimedOut
      case .exhausted: throw lastError
      case .wait(let instant): _ = await parker.park(until: instant)
      case .start(let address):
        do throws(RuntimeError) {
          attempts.append(try attempt(address, on: lane, parker: parker))
        } catch {
          lastError = .connectFailed(error)
          race.attemptFailed(now: lane.loop.now)
        }
      }
    }
  }

  private static func attempt(
    _ address: SocketAddress, on lane: Lane, parker: Parker
  ) throws(RuntimeError) -> ClientConnection {
    let connection = ClientConnection(
      descriptor: try Connect.start(to: address), to: address, on: lane)
    connection.opener = parker
    try connection.register()
    // While it connects the kernel takes nothing: so epoll will tell when it does.
    if case .failed(let error) = connection.send([UInt8]().span) {
      connection.end()
      throw error
    }
    return connection
  }

  /// How far an attempt is.
  private enum Opening {
    case pending, open
    case failed(RuntimeError)
  }

  private var opening: Opening {
    guard isHungUp || canSend else { return .pending }
    do throws(RuntimeError) {
      try Connect.result(of: descriptor, to: address)
      return .open
    } catch {
      return .failed(error)
    }
  }
}
