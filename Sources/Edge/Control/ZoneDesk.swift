// What the API does with the store of zones. Everything here may wait for the disk.

import Cache
import ConfigurationTree
import HTTP
import Primitives
import Storage
import Zones

/// The store of zones as the API shows it: by name, as trees. Runs on the API's worker thread.
struct ZoneDesk: Sendable {
  let store: ZoneStore
  /// How opening the store went.
  let report: ZoneStoreReport

  /// An answer, and the changes that are to be published before it is given.
  struct Outcome: Sendable {
    var answer: ControlAnswer
    var applied: AppliedChanges?
    /// What the worker did for one zone, which that is to pay.
    var work: TenantWork?
    /// A zone of the change whose cache keys hold clients' countries.
    var asksForCountries: String?
    /// The last zone that was looked at, of work that goes through many in pieces.
    var last: ZoneID?
    /// The same by name, if there are more.
    var lastName: String?
    /// Why one of these zones was left out.
    var failure: ControlRefusal?
    /// Zones above which are to be asked for DS records.
    var questions: [ZoneStore.KeyWork] = []
  }

  // MARK: - Reading

  func facts() throws(ControlRefusal) -> StoreFacts {
    try storage { () throws(StorageError) in
      var wasRestored = false
      if case .restored = report.outcome { wasRestored = true }
      return StoreFacts(
        directory: store.directory, sequence: try store.sequence(), zones: try store.count(),
        report: report.description, wasRestored: wasRestored)
    }
  }

  /// GET /v1/zones
  func page(after name: String?, limit: Int, isComplete: Bool) throws(ControlRefusal) -> Outcome {
    try storage { () throws(StorageError) in
      // One more than asked for tells whether there is another page.
      let found = try store.list(after: name?.lowercased(), limit: limit + 1)
      var zones: [ConfigurationValue] = []
      for summary in found.prefix(limit) {
        guard let zone = try store.configuration(of: summary.id) else { continue }
        zones.append(isComplete ? zone.tree() : Self.summary(zone))
      }
      let last = found.count > limit ? found[limit - 1].name : nil
      return Outcome(
        answer: ControlAnswer(
          .object([("zones", .array(zones)), ("next", last.map { .string($0) })])))
    }
  }

  /// GET /v1/zones/{name}
  func show(_ name: String) throws(ControlRefusal) -> Outcome {
    guard let zone = try find(name) else { throw Self.unknown(name) }
    return Outcome(answer: Self.answer(zone))
  }

  // MARK: - Changing

  /// PUT /v1/zones/{name}
  func put(
    _ name: String, _ tree: ConfigurationValue, _ condition: ControlCondition,
    _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> Outcome {
    let current = try find(name)
    try condition.check(current, name)
    let identity = current?.id ?? ZoneIdentities.new()
    let zone = ZoneConfiguration.decode(Self.naming(tree, name), &decoder) { _ in identity }
    guard let zone, decoder.faults.isEmpty else { throw ControlRefusal(decoder.faults) }
    guard zone.name == name.lowercased() else {
      throw ControlRefusal(
        422, .invalid,
        "is \"\(zone.name)\", and the address names \(name). Leave the key out, or make both the same.",
        path: "name")
    }
    guard zone.id == identity || current == nil else {
      throw ControlRefusal(
        422, .invalid,
        "is \(zone.id), and the zone \(name) is \(identity). Leave the key out.", path: "id")
    }
    let applied = try apply([.put(zone)])
    return try outcome(name, applied, status: current == nil ? 201 : 200)
  }

  /// PATCH /v1/zones/{name}
  func patch(
    _ name: String, _ patch: ConfigurationValue, _ condition: ControlCondition,
    _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> Outcome {
    guard let current = try find(name) else { throw Self.unknown(name) }
    try condition.check(current, name)
    guard case .object = patch.content else {
      throw ControlRefusal(
        422, .invalid, "is \(patch.kind). Send an object with the keys to change (RFC 7396).")
    }
    let change = Self.mergingFields(patch, current.responseFields)
    guard decoder.faults.isEmpty else {
      let tree = current.tree(withKeys: true).merging(change)
      _ = ZoneConfiguration.decode(tree, &decoder) { _ in current.id }
      throw ControlRefusal(decoder.faults)
    }
    let applied = try apply([.patch(current.id, change)])
    return try outcome(applied.changes.first?.name ?? name, applied, status: 200)
  }

  /// DELETE /v1/zones/{name}
  func remove(_ name: String, _ condition: ControlCondition) throws(ControlRefusal) -> Outcome {
    guard let current = try find(name) else { throw Self.unknown(name) }
    try condition.check(current, name)
    let applied = try apply([.remove(current.id)])
    let result: ConfigurationValue = .object([
      ("removed", .string(current.name)), ("sequence", .count(applied.sequence)),
    ])
    return Outcome(answer: ControlAnswer(result), applied: applied)
  }

  /// POST /v1/store/export
  func export() throws(ControlRefusal) -> Outcome {
    try storage { () throws(StorageError) in
      let sequence = try store.export(to: store.exportPath)
      return Outcome(
        answer: ControlAnswer(
          .object([
            ("path", .string(store.exportPath)), ("sequence", .count(sequence)),
            ("zones", .integer(try store.count())),
          ])))
    }
  }

  /// POST /v1/store/check
  func check() throws(ControlRefusal) -> Outcome {
    try storage { () throws(StorageError) in
      let check = try StorageCheck(directory: store.directory)
      return Outcome(
        answer: ControlAnswer(
          .object([
            ("path", .string(check.path)), ("sound", .bool(check.isSound)),
            ("pages", .integer(check.pages)), ("records", .integer(check.records)),
            ("damages", .array(check.damages.map { .string($0.description) })),
          ])))
    }
  }

  // MARK: - Parts

  func apply(_ changes: [ZoneChange]) throws(ControlRefusal) -> AppliedChanges {
    do throws(ZoneStoreError) { return try store.apply(changes) } catch {
      throw ControlRefusal(error)
    }
  }

  func storage<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(ControlRefusal) -> Result {
    do throws(StorageError) { return try body() } catch { throw ControlRefusal(error) }
  }

  func find(_ name: String) throws(ControlRefusal) -> ZoneConfiguration? {
    try storage { () throws(StorageError) in
      guard let id = try store.zone(named: name) else { return nil }
      return try store.configuration(of: id)
    }
  }

  private func outcome(
    _ name: String, _ applied: AppliedChanges, status: UInt16
  ) throws(ControlRefusal) -> Outcome {
    guard let zone = try find(name) else { throw Self.unknown(name) }
    return Outcome(
      answer: Self.answer(zone, status: status), applied: applied,
      asksForCountries: zone.cache.tellsCountries ? zone.name : nil)
  }

  private static func answer(_ zone: ZoneConfiguration, status: UInt16 = 200) -> ControlAnswer {
    let tag = ControlField(name: .etag, value: ControlCondition.tag(of: zone))
    return ControlAnswer(zone.tree(), status: status, fields: [tag])
  }

  static func unknown(_ name: String) -> ControlRefusal {
    ControlRefusal(
      404, .notFound,
      "There is no zone \(name). Those that there are: skerry zone list, or GET /v1/zones.")
  }

  private static func summary(_ zone: ZoneConfiguration) -> ConfigurationValue {
    let tree = zone.tree()
    return .object([
      ("id", tree["id"]), ("name", tree["name"]), ("hostnames", tree["hostnames"]),
      (
        "origins",
        .array(tree["origins"]?.elements.compactMap { $0["url"] } ?? [])
      ),
      ("certificates", .integer(zone.certificates.count)), ("paused", tree["paused"]),
    ])
  }

  /// The tree of a zone whose name is in the address.
  private static func naming(_ tree: ConfigurationValue, _ name: String) -> ConfigurationValue {
    guard case .object(let members) = tree.content, tree["name"] == nil else { return tree }
    let first = ConfigurationMember("name", .string(name.lowercased()))
    return ConfigurationValue(.object([first] + members), at: tree.position)
  }

  /// A patch may give `responseFields` as an object: its fields are set, those that are null are
  /// taken out, and all others stay, where a list would replace them all.
  private static func mergingFields(
    _ patch: ConfigurationValue, _ current: [ResponseFieldConfiguration]
  ) -> ConfigurationValue {
    guard case .object(var members) = patch.content,
      let index = members.firstIndex(where: { $0.key == "responseFields" }),
      case .object(let changes) = members[index].value.content
    else { return patch }
    var fields = current.map(\.tree)
    for change in changes {
      fields.removeAll { $0["name"]?.text?.lowercased() == change.key.lowercased() }
      guard change.value.content != .null else { continue }
      fields.append(.object([("name", .string(change.key)), ("value", change.value)]))
    }
    members[index].value.content = .array(fields)
    return ConfigurationValue(.object(members), at: patch.position)
  }
}
