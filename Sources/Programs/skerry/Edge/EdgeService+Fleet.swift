// The edge as one of several: purges go to all of them.

import Cache
import ConfigurationTree
import Control
import Gateway
import Primitives
import Runtime
import Storage
import Tiers
import Zones

extension EdgeService {
  /// Purges by messages: the zone's name and the request, or `everything` for that of all zones.
  private static func text(_ purge: ConfigurationValue, _ zone: String) -> [UInt8] {
    JSONWriter.write(.object([("zone", .string(zone)), ("purge", purge)]))
  }

  private static let allOfIt = ConfigurationValue.object([("everything", .bool(true))])
  private static let everything = JSONWriter.write(allOfIt)
  private static let returned = JSONWriter.write(
    .object([("everything", .bool(true)), ("returned", .bool(true))]))

  func beginPurge() -> UInt64? { purges.begin(at: self) }

  func abandonPurge(_ number: UInt64) { purges.end(number, at: self) }

  /// The zone that a purge names; nil if it is for all, or none of this version.
  private static func zone(of text: [UInt8]) -> String? {
    do throws(JSONError) {
      return try JSONParser.parse(text, maximumBytes: TierLimits.messageBytes)["zone"]?.text
    } catch { return nil }
  }

  func relay(
    _ number: UInt64, _ purge: ConfigurationValue, of zone: String,
    again: @Sendable () async -> Void
  ) async -> RelayedPurge? {
    var text = Self.text(purge, zone)
    // Rather too much than nothing.
    let isTooLong = text.count > TierLimits.purgeBytes
    if isTooLong { text = Self.text(Self.allOfIt, zone) }
    let numbered = NumberedPurge(number: number, texts: [text])
    let outcome = await purges.relay(numbered, at: self, again: again)
    return outcome.map {
      RelayedPurge(away: $0.away, isOwed: $0.isOwed, isOfEverything: isTooLong)
    }
  }

  /// Asks all other servers for the purges that they could not give this one, before it answers anybody.
  func catchUp() async {
    guard let fleet = edge.fleet else { return }
    await purges.noteServers(at: self)
    await purges.catchUp(until: loop.now + EdgeLimits.catchUpDuration, at: self)
    fleet.becomeCurrent()
  }

  private func purge(_ content: [UInt8], _ handler: ControlHandler) async -> Bool {
    let tree: ConfigurationValue
    do throws(JSONError) {
      tree = try JSONParser.parse(content, maximumBytes: TierLimits.messageBytes)
    } catch {
      note("a server of the fleet sent a purge that is no JSON: \(error.description)")
      return false
    }
    do throws(ControlRefusal) {
      if let zone = tree["zone"]?.text, let purge = tree["purge"] {
        try await self.purge(zone, purge, handler)
      } else if tree["everything"]?.flag ?? false {
        try await handler.purgeAll()
      } else {
        note("a server of the fleet sent a purge that this version does not know")
        return false
      }
      return true
    } catch { return false }
  }

  /// Rather too much than nothing: what is refused here, as other settings stand here, is everything of the
  /// zone. A zone that is not here has nothing.
  private func purge(
    _ zone: String, _ purge: ConfigurationValue, _ handler: ControlHandler
  ) async throws(ControlRefusal) {
    do throws(ControlRefusal) { try await handler.purge(zone, purge) } catch {
      guard error.status == 422 || error.status == 400 else {
        if error.status == 404 { return }
        throw error
      }
      try await handler.purge(zone, Self.allOfIt)
    }
  }

  /// Work with the store on its thread; nil if that failed, which is noted.
  @discardableResult
  private func onStore<Result: Sendable>(
    _ work: @escaping @Sendable (ZoneStore) throws(StorageError) -> Result
  ) async -> Result? {
    guard let store = shared.withLock({ $0.store }) else { return nil }
    let outcome = await edge.group.storage[1].perform { () -> Swift.Result<Result, StorageError> in
      do throws(StorageError) { return .success(try work(store)) } catch { return .failure(error) }
    }
    switch outcome {
    case .success(let result): return result
    case .failure(let error):
      note("purges for other servers: \(error.description)")
      return nil
    }
  }
}

extension EdgeService: PurgeDesk {
  var purgeOfReturned: [UInt8] { Self.returned }

  var purgeRoute: TierRoute? { edge.fleet == nil ? nil : topology?.route }

  func tell(
    _ server: String, _ subject: PeerMessage.Subject, _ content: [UInt8], isHope: Bool
  ) async -> Bool { await edge.tell(server, subject, content, isHope: isHope) }

  func begin(_ number: UInt64, of server: String) -> Bool {
    let now = SystemClock.monotonic
    return edge.cache.purgesUnderWay.begin(
      "\(server) \(number)", at: now, until: now + TierLimits.purgeDuration)
  }

  func end(_ number: UInt64, of server: String) -> Bool {
    edge.cache.purgesUnderWay.end("\(server) \(number)", at: SystemClock.monotonic)
  }

  func purge(_ text: [UInt8]) async -> Bool {
    guard let handler = shared.withLock({ $0.handler }) else { return false }
    return await purge(text, handler)
  }

  func owe(_ text: [UInt8], to servers: [String]) async -> Bool {
    let zone = Self.zone(of: text)
    let standIn = zone.map { Self.text(Self.allOfIt, $0) } ?? Self.everything
    return await onStore { store throws(StorageError) in
      try store.owe(
        text, ofZone: zone ?? "", to: servers, standIns: (standIn, Self.everything))
    } != nil
  }

  func owed(to server: String) async -> [OwedPurge]? {
    await onStore { store throws(StorageError) in
      try store.owed(to: server, limit: EdgeLimits.owedAtOnce)
    }
  }

  func settled(_ server: String, _ numbers: [UInt64]) async -> Bool {
    await onStore { store throws(StorageError) in try store.settle(server, numbers) } != nil
  }

  func replaceNames(_ names: [String]) async -> [String]? {
    await onStore { store throws(StorageError) in try store.replaceServers(names) }
  }

  func owedServers() async -> [String] {
    await onStore { store throws(StorageError) in try store.owedServers() } ?? []
  }
}
