// Secondaries are told of changes.

import DNS
import Primitives
import Runtime

extension NameServer {
  /// Tells the secondaries of the zone whose apex is `apex`, in canonical wire form, that it may have
  /// changed. On the loop.
  package func tellSecondaries(of apex: [UInt8]) {
    // Who does not answer for names, or no more, has nothing to tell.
    guard !sockets.isEmpty, !streams.isDraining else { return }
    if let zone = apex.withSpan({ zones.zone($0) }),
      let notifier = notifications.notifiers[zone.snapshot.id]
    {
      return notifier.update(zone)
    }
    guard !notifications.known.contains(apex) else { return }
    guard notifications.waiting.count < NameServiceLimits.waitingToNotify else {
      counters.unreached += 1
      return
    }
    notifications.known.insert(apex)
    notifications.waiting.append(apex)
    askForZones()
  }

  /// Zones that wait until their secondaries are told, and those whose are.
  package var notificationCount: Int {
    notifications.waiting.count + notifications.asked.count + notifications.failed.count
      + notifications.notifiers.count
  }

  /// Looks zones up that wait, as far as there is room.
  func askForZones() {
    guard notifications.asked.isEmpty, !notifications.waiting.isEmpty else { return }
    let free = NameServiceLimits.notifyingZones - notifications.freshCount
    let count = min(free, NameServiceLimits.namesPerLookup, notifications.waiting.count)
    guard count > 0 else { return }
    notifications.asked = Array(notifications.waiting.prefix(count))
    notifications.waiting.removeFirst(count)
    notifications.forgetChanges()
    directory.findRecords(for: notifications.asked) { [self] found in begin(found) }
  }

  private func begin(_ found: [FoundName]) {
    for (result, apex) in zip(found, notifications.asked) {
      if case .failed(let reason) = result {
        retry(apex, reason)
        continue
      }
      notifications.forget(apex)
      guard case .zone(let snapshot, let lane) = result, snapshot.apex == apex else {
        notifications.notifier(of: apex)?.cancel()
        continue
      }
      guard !notifications.hasChanged(snapshot.id) else {
        tellSecondaries(of: apex)
        continue
      }
      begin(activate(snapshot, lane))
    }
    notifications.asked = []
    askForZones()
  }

  private func begin(_ zone: NameZone) {
    if let notifier = notifications.notifiers[zone.snapshot.id] { return notifier.update(zone) }
    guard zone.snapshot.transfers?.secondaries.isEmpty == false else { return }
    if notifications.notifiers.count >= NameServiceLimits.notifiedZones {
      notifications.yielding?.giveUp()
    }
    notifications.notifiers[zone.snapshot.id] = ZoneNotifier(zone, server: self)
    notifications.freshCount += 1
  }

  /// Looks a zone up once more that could not be read.
  private func retry(_ apex: [UInt8], _ reason: String) {
    guard notifications.noteFailure(apex) else {
      counters.unreached += 1
      lastFailure = "the secondaries of a zone were not told of a change: \(reason)"
      return
    }
    let retry = notifications.retry ?? NotifyRetry(server: self)
    notifications.retry = retry
    retry.begin()
  }

  /// Zones whose look-up has failed wait again. On the loop.
  func retryLookups() {
    notifications.waiting += notifications.failed
    notifications.failed = []
    askForZones()
  }

  /// A zone has changed, or has left memory; it is `zone` there now. If its secondaries are being told,
  /// some of them may be no more, or all: if it is not in memory it is looked up.
  func updateNotifier(of id: ZoneID, _ zone: NameZone?) {
    guard let notifier = notifications.notifiers[id] else { return }
    if let zone { return notifier.update(zone) }
    tellSecondaries(of: notifier.zone.snapshot.apex)
  }

  /// Everybody has been told, or nobody is to be.
  func end(_ notifier: ZoneNotifier) {
    notifications.notifiers[notifier.zone.snapshot.id] = nil
    if notifier.isFresh { notifications.freshCount -= 1 }
    askForZones()
  }

  /// All secondaries of a zone have been told once: it makes room for another one.
  func release(_ notifier: ZoneNotifier) {
    notifications.freshCount -= 1
    askForZones()
  }

  // MARK: - Datagrams

  /// Adds a message to `secondary` to the loop's batch; nil if it can't be made, or sent.
  func notify(
    _ secondary: TransferConfiguration.Secondary, of notifier: ZoneNotifier,
    _ snapshot: NameZoneSnapshot
  ) -> NotifyMessage? {
    let key = snapshot.transfers?.key(of: secondary)
    guard secondary.tsigKey == nil || key != nil,
      let socket = notifySocket(secondary.address.family),
      let message = NotifyMessage(
        snapshot, id: notifications.makeID(), key: key, seconds: seconds)
    else { return nil }
    notifications.messages[message.id] = notifier
    // One datagram at a time: the batch is of one socket.
    loop.datagrams.reply(to: secondary.address, from: nil, paidBy: notifier.lane) { room in
      room.copy(message.bytes.span, at: 0)
      return message.bytes.count
    }
    socket.datagrams.flush()
    return message
  }

  private func notifySocket(_ family: SocketAddress.Family) -> NotifySocket? {
    if let socket = notifications.sockets[family] { return socket }
    let any = SocketAddress(
      family: family, high: 0, low: family == .ipv4 ? 0xffff_0000_0000 : 0, port: 0)
    do throws(RuntimeError) {
      let socket = NotifySocket(
        server: self, descriptor: try DatagramSocket.bind(to: any, sharesPort: false))
      try socket.datagrams.register()
      notifications.sockets[family] = socket
      return socket
    } catch {
      lastFailure = error.description
      return nil
    }
  }

  /// What came to a socket that notifications are sent from.
  func receivedResponse(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
    guard let header = DNSHeader(datagram), let notifier = notifications.messages[header.id] else {
      return arrival.charge(loop.arrivalLane(for: arrival.peer))
    }
    arrival.charge(notifier.lane)
    notifier.received(datagram, from: arrival.peer, id: header.id)
  }
}
