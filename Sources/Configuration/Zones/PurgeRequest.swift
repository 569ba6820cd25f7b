// A purge as people write it.

package import Cache
package import ConfigurationTree
import HTTP
package import Primitives

/// Reads what is to be purged of a zone from a tree: `{"urls": [...], "tags": [...], "hosts": [...],
/// "prefixes": [...], "soft": true}`, or `{"everything": true}`.
package enum PurgeRequest {
  package static let keys = ["everything"] + listKeys + ["soft"]
  private static let listKeys = ["urls", "tags", "hosts", "prefixes"]

  /// The purge that `value` asks for at `time`; nil, with every fault noted, if it can't be made. URLs
  /// are taken apart by the zone's key settings. Not on a loop.
  package static func decode(
    _ value: ConfigurationValue, for zone: ZoneConfiguration, at time: WallTime,
    _ decoder: inout ConfigurationDecoder
  ) -> Purge? {
    let before = decoder.faults.count
    guard let object = decoder.object(value, keys: keys) else { return nil }
    let isEverything = decoder.bool("everything", in: object) ?? false
    let items = items(object, zone, &decoder)
    let isSoft = decoder.bool("soft", in: object) ?? false
    checkCounts(object, isEverything, &decoder, before)
    guard decoder.faults.count == before else { return nil }
    return Purge(
      isSoft: isSoft, isEverything: isEverything, items: isEverything ? [] : items, time: time)
  }

  private static func items(
    _ object: ConfigurationObject, _ zone: ZoneConfiguration, _ decoder: inout ConfigurationDecoder
  ) -> [PurgeItem] {
    var items: [PurgeItem] = []
    var policies: CachePolicies?
    each("urls", in: object, &decoder) { text, position, decoder in
      guard let url = PurgedURL(text, at: position, of: zone, &decoder) else { return }
      let compiled = policies ?? CachePolicies(zone.cache)
      policies = compiled
      items.append(compiled.purgeItem(host: url.host, path: url.path))
    }
    each("tags", in: object, &decoder) { text, position, decoder in
      let tag = Array(text.utf8)
      if isTag(text, tag, position, &decoder) { items.append(.tag(PurgeHash.tag(tag.span))) }
    }
    each("hosts", in: object, &decoder) { text, position, decoder in
      if let host = host(text, position, zone, &decoder) {
        items.append(.host(PurgeHash.host(host.span)))
      }
    }
    each("prefixes", in: object, &decoder) { text, position, decoder in
      guard let url = PurgedURL(text, at: position, of: zone, isPrefix: true, &decoder) else {
        return
      }
      var prefix: [UInt8] = []
      PurgeTarget.append(host: url.host.span, path: url.path.span, to: &prefix)
      items.append(.prefix(prefix))
    }
    return items
  }

  private static func each(
    _ key: String, in object: ConfigurationObject, _ decoder: inout ConfigurationDecoder,
    _ body: (String, SourcePosition?, inout ConfigurationDecoder) -> Void
  ) {
    decoder.list(key, in: object, limit: ZonesLimits.purgeItems) { value, decoder in
      guard case .string(let text) = value.content else {
        return decoder.report("is \(value.kind)", "Give a text.", at: value.position)
      }
      body(text, value.position, &decoder)
    }
  }

  /// Notes what is wrong with the request as a whole; `before` is how many faults were known.
  private static func checkCounts(
    _ object: ConfigurationObject, _ isEverything: Bool, _ decoder: inout ConfigurationDecoder,
    _ before: Int
  ) {
    let counts = listKeys.map { key -> Int in
      guard case .array(let elements)? = object.value(key)?.content else { return 0 }
      return elements.count
    }
    let total = counts.reduce(0, +)
    if isEverything, let index = counts.firstIndex(where: { $0 > 0 }) {
      decoder.at("everything") {
        $0.report(
          "is true, and there are \(listKeys[index]) beside it",
          "Leave one of them out: everything is void then, or what is named.",
          at: object.value("everything")?.position)
      }
    }
    if !isEverything, total == 0, decoder.faults.count == before {
      decoder.report(
        "names nothing to purge",
        "Give urls, tags, hosts or prefixes, or everything: true for all that is stored of the zone."
      )
    }
    if total > ZonesLimits.purgeItems, counts.allSatisfy({ $0 <= ZonesLimits.purgeItems }) {
      decoder.report(
        "names \(total) things to purge",
        "Name at most \(ZonesLimits.purgeItems) at once, and the others after them.",
        at: object.position)
    }
  }

  private static func isTag(
    _ text: String, _ tag: [UInt8], _ position: SourcePosition?,
    _ decoder: inout ConfigurationDecoder
  ) -> Bool {
    if tag.count > CacheLimits.tagBytes {
      decoder.report(
        "has \(tag.count) bytes",
        "Tags have at most \(CacheLimits.tagBytes): none longer is stored.",
        at: position)
      return false
    }
    if tag.contains(0x2c) {
      decoder.report(
        "is \"\(text)\", which has a comma in it", "Give the tags one by one.", at: position)
      return false
    }
    guard CacheTags.isTag(tag.span) else {
      decoder.report(
        "is \"\(text)\"",
        "Give a tag as responses have it in Cache-Tag or Surrogate-Key, without space around it.",
        at: position)
      return false
    }
    return true
  }

  private static func host(
    _ text: String, _ position: SourcePosition?, _ zone: ZoneConfiguration,
    _ decoder: inout ConfigurationDecoder
  ) -> [UInt8]? {
    do throws(Hostname.Fault) {
      let hostname = try Hostname(parsing: text)
      guard !hostname.isWildcard else {
        decoder.report(
          "is \"\(text)\", a wildcard", "Name the hosts one by one, or purge everything.",
          at: position)
        return nil
      }
      return PurgedURL.isServed(hostname.name, at: position, by: zone, &decoder)
        ? Array(hostname.name.utf8) : nil
    } catch {
      decoder.report(error.problem, error.remedy, at: position)
      return nil
    }
  }
}
