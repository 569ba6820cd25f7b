// Telling the secondaries of one zone.

import DNS
import Primitives
import Runtime

/// Tells the secondaries of a zone its serial number until each has acknowledged it, or was told often
/// enough (RFC 1996). Runs on the zone's lane, and changes that follow quickly are told at once.
final class ZoneNotifier: LoopWork {
  /// The zone as it is in memory; another object if it has been out of it meanwhile.
  private(set) var zone: NameZone
  private unowned let server: NameServer
  private var notices: [Notice] = []

  /// One secondary.
  private struct Notice {
    let secondary: TransferConfiguration.Secondary
    /// The serial number that it knows, or was told often enough.
    var known: SerialNumber?
    /// The message that it has not answered.
    var message: NotifyMessage?
    var attempts = 0
    /// When it may be told next.
    var due: Instant
  }

  init(_ zone: NameZone, server: NameServer) {
    self.zone = zone
    self.server = server
    super.init(on: zone.lane)
    update(zone)
  }

  /// There may be a change of the zone, which is `zone` in memory now, or of its secondaries.
  func update(_ zone: NameZone) {
    self.zone = zone
    lane = zone.lane
    let secondaries = zone.snapshot.transfers?.secondaries ?? []
    for notice in notices where !secondaries.contains(notice.secondary) { forget(notice) }
    notices = secondaries.map { secondary in
      notices.first { $0.secondary == secondary } ?? Notice(secondary: secondary, due: loop.now)
    }
    enqueue()
  }

  private func forget(_ notice: Notice) {
    if let message = notice.message { server.notifications.forget(message.id) }
  }

  /// Whether nobody has to be told anything.
  private var isDone: Bool {
    let serial = zone.snapshot.image.serial
    return notices.allSatisfy { $0.message == nil && $0.known == serial }
  }

  /// Sends what is due.
  override func run() {
    let serial = zone.snapshot.image.serial
    var next = Instant.never
    var budget = NameServiceLimits.notificationsPerTurn
    for index in notices.indices {
      guard notices[index].message != nil || notices[index].known != serial else { continue }
      if notices[index].due <= loop.now {
        guard budget > 0 else {
          enqueue()
          break
        }
        budget -= 1
        send(index)
      }
      if notices[index].message != nil || notices[index].known != serial {
        next = min(next, notices[index].due)
      }
    }
    setDeadline(next)
    if isDone { server.end(self) }
  }

  private func send(_ index: Int) {
    forget(notices[index])
    let secondary = notices[index].secondary
    if notices[index].attempts == NameServiceLimits.notifyAttempts {
      server.counters.unreached += 1
      server.lastFailure = "\(secondary.address) does not answer that it was told of a change"
      return finish(index, known: zone.snapshot.image.serial)
    }
    notices[index].attempts += 1
    let wait = NameServiceLimits.notifySeconds << (notices[index].attempts - 1)
    notices[index].due = loop.now + .seconds(wait)
    notices[index].message = server.notify(secondary, of: self, zone.snapshot)
  }

  private func finish(_ index: Int, known: SerialNumber) {
    notices[index].message = nil
    notices[index].known = known
    notices[index].attempts = 0
    notices[index].due =
      loop.now + .milliseconds(NameServiceLimits.notifyIntervalMilliseconds)
  }

  /// A datagram from `peer` that may be the response to the message `id`.
  func received(_ datagram: Span<UInt8>, from peer: SocketAddress, id: UInt16) {
    guard
      let index = notices.firstIndex(where: { $0.message?.id == id && $0.secondary.address == peer }
      ),
      let message = notices[index].message,
      case .code(let code) = message.read(datagram, seconds: server.seconds)
    else { return }
    forget(notices[index])
    if code == .noError {
      server.counters.notified += 1
    } else {
      server.counters.unreached += 1
      server.lastFailure = "\(peer) answered that it was told of a change: \(code.mnemonic)"
    }
    finish(index, known: message.serial)
    enqueue()
  }
}
