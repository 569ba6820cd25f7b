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
    notifications.waiting.count + notifications.asked.count + notifications.notifiers.count
  }

  /// Looks zones up that wait, as far as there is room.
  private func askForZones() {
    guard notifications.asked.isEmpty, !notifications.waiting.isEmpty else { return }
    let free = NameServiceLimits.notifyingZones - notifications.notifiers.count
    let count = min(free, NameServiceLimits.namesPerLookup, notifications.waiting.count)
    guard count > 0 else { return }
    notifications.asked = Array(notifications.waiting.prefix(count))
    notifications.waiting.removeFirst(count)
    notifications.forgetChanges()
    directory.findRecords(for: notifications.asked) { [self] found in begin(found) }
  }

  private func begin(_ found: [FoundName]) {
    let asked = notifications.asked
    notifications.asked = []
    for (result, apex) in zip(found, asked) {
      notifications.known.remove(apex)
      guard case .zone(let snapshot, let lane) = result, snapshot.apex == apex else { continue }
      guard !notifications.hasChanged(snapshot.id) else {
        tellSecondaries(of: apex)
        continue
      }
      let zone = activate(snapshot, lane)
      if let notifier = notifications.notifiers[snapshot.id] {
        notifier.update(zone)
      } else if snapshot.transfers?.secondaries.isEmpty == false {
        notifications.notifiers[snapshot.id] = ZoneNotifier(zone, server: self)
      }
    }
    askForZones()
  }

  /// Everybody has been told.
  func end(_ notifier: ZoneNotifier) {
    notifications.notifiers[notifier.zone.snapshot.id] = nil
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
