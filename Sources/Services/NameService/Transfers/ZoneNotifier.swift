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
  /// Whether some secondary has not been told yet, not even once.
  private(set) var isFresh = true

  /// One secondary.
  private struct Notice {
    let secondary: TransferConfiguration.Secondary
    /// The serial number that it knows, or was told often enough.
    var known: SerialNumber?
    /// The message that it has not answered.
    var message: NotifyMessage?
    var attempts = 0
    var pace = NotifyPace()
    var sentAt = Instant(nanoseconds: 0)
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
    for index in notices.indices where isOutdated(index) { hasten(index) }
    enqueue()
  }

  private var serial: SerialNumber { zone.snapshot.image.serial }

  /// Whether the message that is not answered tells a serial number that is no more.
  private func isOutdated(_ index: Int) -> Bool {
    notices[index].message.map { $0.serial != serial } ?? false
  }

  /// What is new is told soon, and as often as if nothing had been told before, to who answers.
  private func hasten(_ index: Int) {
    notices[index].attempts = 0
    notices[index].due = min(
      notices[index].due,
      notices[index].sentAt + notices[index].pace.pause)
  }

  private func forget(_ notice: Notice) {
    if let message = notice.message { server.notifications.forget(message.id) }
  }

  private func isPending(_ notice: Notice) -> Bool {
    notice.message != nil || notice.known != serial
  }

  /// Whether nobody has to be told anything.
  var isDone: Bool { !notices.contains { isPending($0) } }

  /// Ends at once.
  func cancel() {
    for notice in notices { forget(notice) }
    notices = []
    setDeadline(.never)
    server.end(self)
  }

  /// Ends at once, as others wait, and counts who has not answered.
  func giveUp() {
    let count = notices.count(where: { isPending($0) })
    server.counters.unreached += UInt64(count)
    if count > 0 { server.lastFailure = "many secondaries do not answer that they were told" }
    cancel()
  }

  /// Sends what is due. Ends when nobody has to be told anything, and somebody could be at once: changes
  /// until then are told together.
  override func run() {
    guard server.notifications.notifiers[zone.snapshot.id] === self else { return }
    var next = Instant.never
    var budget = NameServiceLimits.notificationsPerTurn
    for index in notices.indices {
      if isPending(notices[index]), notices[index].due <= loop.now {
        guard budget > 0 else {
          enqueue()
          break
        }
        budget -= 1
        send(index)
      }
      if isPending(notices[index]) || notices[index].due > loop.now {
        next = min(next, notices[index].due)
      }
    }
    setDeadline(next)
    if isFresh, notices.allSatisfy({ $0.attempts > 0 || $0.known != nil }) {
      isFresh = false
      server.release(self)
    }
    if isDone, next == .never { server.end(self) }
  }

  private func send(_ index: Int) {
    forget(notices[index])
    let secondary = notices[index].secondary
    let isWorn = notices[index].attempts >= notices[index].pace.attempts
    // Changes that follow each other never come so far; that nobody is there is told once.
    let isSilent =
      notices[index].attempts == 0 && notices[index].message != nil
      && notices[index].pace.silence == NameServiceLimits.notifyAttempts
    if isWorn || isSilent {
      server.counters.unreached += 1
      server.lastFailure = "\(secondary.address) does not answer that it was told of a change"
    }
    if isWorn {
      // Nothing was sent at all if there is no message.
      return finish(index, known: notices[index].message?.serial ?? serial)
    }
    notices[index].attempts += 1
    notices[index].sentAt = loop.now
    notices[index].pace.sent()
    notices[index].due =
      loop.now + notices[index].pace.wait(attempts: notices[index].attempts)
    notices[index].message = server.notify(secondary, of: self, zone.snapshot)
  }

  private func finish(_ index: Int, known: SerialNumber) {
    notices[index].message = nil
    notices[index].known = known
    notices[index].attempts = 0
    notices[index].due = max(
      loop.now + .milliseconds(NameServiceLimits.notifyIntervalMilliseconds),
      notices[index].sentAt + notices[index].pace.pause)
  }

  /// A datagram from `peer` that may be the response to the message `id`.
  func received(_ datagram: Span<UInt8>, from peer: SocketAddress, id: UInt16) {
    guard
      let index = notices.firstIndex(where: { $0.message?.id == id && $0.secondary.address == peer }
      ),
      let message = notices[index].message
    else { return }
    let code: ResponseCode
    switch message.read(datagram, seconds: server.seconds) {
    case .unproven: return
    case .refused(let fault):
      // Who could not check our signature knows of no change; and anybody can say so.
      server.lastFailure =
        "\(peer) does not take the signature by which it is told: \(fault.mnemonic)"
      return
    case .code(let found): code = found
    }
    forget(notices[index])
    notices[index].pace.answered()
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
