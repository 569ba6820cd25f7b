// How a zone's keys are made where they are not the target as it is.

import HTTP
import Location
import Primitives
import Runtime

/// Which parts of a request tell its response from others.
final class CacheKeyPlan: Sendable {
  private let query: CacheKeySettings.Query
  private let queryNames: [NamePattern]
  private let sortsQuery: Bool
  private let fields: [Field]
  private let cookies: [[UInt8]]
  private let tellsDeviceTypes: Bool
  private let languages: LanguageLookup
  /// Requests are made to tell their clients' countries.
  let tellsCountries: Bool
  /// Stands for the settings in keys, so that those that were made by others are no keys any more.
  private let signature: UInt64
  /// Parameters of the query are left out, so that the origin must not get them either.
  let shortensQuery: Bool
  /// Bytes of the longest of `queryNames`.
  private let longestName: Int
  /// Keys have more than the target: nobody knows which ones are stored for one.
  let hasParts: Bool
  /// Making a key may take long; `steps` says how long.
  let isCostly: Bool
  /// Requests are made to tell of their clients before anything else is found out about them.
  let describesClients: Bool

  /// A request field that is part of keys.
  private struct Field: Sendable {
    let known: FieldName
    let name: [UInt8]
  }

  init(_ settings: CacheKeySettings) {
    query = settings.query
    queryNames = settings.queryNames.map { NamePattern($0) }
    sortsQuery = settings.sortsQuery
    tellsDeviceTypes = settings.tellsDeviceTypes
    languages = LanguageLookup(settings.languages)
    tellsCountries = settings.tellsCountries
    // What requests are made to tell of their clients is part of keys as any field.
    let told =
      (tellsDeviceTypes ? [DeviceType.fieldName] : [])
      + (languages.isEmpty ? [] : ["Accept-Language"])
      + (tellsCountries ? [ClientCountry.fieldName] : [])
    fields = (settings.fields + told).map { name in
      let bytes = name.utf8.map(\.asciiLowercased)
      return Field(known: FieldName.find(bytes.span), name: bytes)
    }
    cookies = settings.cookies.map { Array($0.utf8) }
    signature = settings.signature
    shortensQuery = settings.query != .all
    longestName = queryNames.reduce(0) { max($0, $1.length) }
    hasParts = !fields.isEmpty || !cookies.isEmpty
    describesClients = tellsDeviceTypes || !languages.isEmpty || tellsCountries
    isCostly = !queryNames.isEmpty || sortsQuery || !cookies.isEmpty || describesClients
  }

  /// Steps that making a request's key takes at most.
  func steps(for request: RequestHead) -> Int {
    var steps = steps(forTarget: request.path)
    if !cookies.isEmpty {
      for index in request.fields.entries.indices
      where request.fields.entries[index].name == .cookie {
        steps += cookies.count * request.fields.withValue(at: index) { $0.count }
      }
    }
    return steps
  }

  /// Steps that the part of a key takes at most that comes of the target.
  func steps(forTarget target: [UInt8]) -> Int {
    guard !queryNames.isEmpty || sortsQuery, let mark = target.firstIndex(of: 0x3f) else {
      return 0
    }
    var parameters = 1
    for index in mark..<target.count where target[index] == 0x26 { parameters += 1 }
    let bytes = target.count - mark
    // A comparison ends with the shorter name.
    let finding = queryNames.count * min(bytes, parameters * (longestName + 1))
    let sorting = sortsQuery ? bytes * min(parameters, CacheLimits.sortedParameters) / 2 : 0
    return finding + sorting
  }

  /// Whether the field at `index` of a request is part of keys.
  func holds(_ request: FieldBlock, at index: Int) -> Bool {
    for field in fields where Self.isLine(index, of: field, request) { return true }
    return false
  }

  /// Makes a request tell of its client at `address`, for keys, Vary and the origin alike: by
  /// `DeviceType.fieldName` and `ClientCountry.fieldName`, whatever the client says itself, and by one
  /// language in place of what it likes. One that takes too long to be understood is said to be of the
  /// usual kind. Allocates nothing in steady state.
  func describeClient(
    in request: inout RequestHead, at address: SocketAddress, _ locations: LocationDatabase?,
    _ budget: inout StepBudget
  ) {
    if tellsDeviceTypes {
      var device = DeviceType.desktop
      let index = request.fields.firstIndex(of: .userAgent)
      if let index { budget.take(request.fields.withValue(at: index) { $0.count }) }
      if let index, !budget.isExhausted {
        device = request.fields.withValue(at: index) { DeviceType(userAgent: $0) }
      }
      device.write(to: &request.fields)
    }
    if !languages.isEmpty {
      budget.take(languages.steps(for: request.fields))
      languages.write(budget.isExhausted ? 0 : languages.find(request.fields), to: &request.fields)
    }
    if tellsCountries {
      ClientCountry.write(ClientCountry.find(address, locations), to: &request.fields)
    }
  }

  /// Appends the settings' signature, which follows the target in a key.
  func writeSignature(to key: inout [UInt8]) { Self.append(signature, to: &key) }

  /// Appends what follows that: when the target was invalidated, and what the request's fields and
  /// cookies tell.
  func writeParts(_ request: FieldBlock, _ invalidation: Instant, to key: inout [UInt8]) {
    Self.append(invalidation.nanoseconds, to: &key)
    for field in fields { write(field, request, to: &key) }
    for cookie in cookies { write(cookie, request, to: &key) }
  }

  /// Appends path and query, as far as they count; `parts` is memory to work in.
  func writeTarget(_ target: [UInt8], to output: inout [UInt8], parts: inout [Range<Int>]) {
    guard let mark = target.firstIndex(of: 0x3f), query != .all || sortsQuery else {
      output.append(target.span)
      return
    }
    output.append(contentsOf: target[..<mark])
    if query == .none { return }
    parts.removeAll(keepingCapacity: true)
    var start = mark + 1
    while start <= target.count {
      let end = target[start...].firstIndex(of: 0x26) ?? target.count
      if keeps(target.span.extracting(start..<end)) { insert(start..<end, target, &parts) }
      start = end + 1
    }
    for index in parts.indices {
      output.append(index == 0 ? 0x3f : 0x26)
      output.append(contentsOf: target[parts[index]])
    }
  }

  private func keeps(_ parameter: Span<UInt8>) -> Bool {
    guard query == .only || query == .except else { return true }
    let name = parameter.extracting(0..<Self.nameLength(parameter))
    for pattern in queryNames where pattern.matches(name) { return query == .only }
    return query == .except
  }

  /// Puts a parameter into its place by its name; those of one name keep their order, which may mean
  /// something. Queries with very many are left in theirs.
  private func insert(_ part: Range<Int>, _ target: [UInt8], _ parts: inout [Range<Int>]) {
    var place = parts.count
    if sortsQuery, parts.count < CacheLimits.sortedParameters {
      while place > 0, Self.precedes(target.span, part, parts[place - 1]) { place -= 1 }
    }
    parts.insert(part, at: place)
  }

  private static func precedes(_ text: Span<UInt8>, _ a: Range<Int>, _ b: Range<Int>) -> Bool {
    let (first, second) = (text.extracting(a), text.extracting(b))
    let (countA, countB) = (nameLength(first), nameLength(second))
    for index in 0..<min(countA, countB) where first[index] != second[index] {
      return first[index] < second[index]
    }
    return countA < countB
  }

  private static func nameLength(_ parameter: Span<UInt8>) -> Int {
    parameter.first(0x3d, in: 0..<parameter.count) ?? parameter.count
  }

  /// The fields and cookies that count, with what a request says; nil where it says nothing.
  func describeParts(_ request: FieldBlock) -> [(name: String, value: String?)] {
    let told = fields.map { field in
      var key: [UInt8] = []
      write(field, request, to: &key)
      return (String(decoding: field.name, as: UTF8.self), Self.value(ofPart: key))
    }
    return told
      + cookies.map { cookie in
        var key: [UInt8] = []
        write(cookie, request, to: &key)
        return ("cookie " + String(decoding: cookie, as: UTF8.self), Self.value(ofPart: key))
      }
  }

  private static func value(ofPart part: [UInt8]) -> String? {
    part[1] == 1 ? String(decoding: part.dropFirst(2), as: UTF8.self) : nil
  }

  private static func append(_ word: UInt64, to key: inout [UInt8]) {
    key.append(0)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      key.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  /// NUL begins a part: it is in no target and no value. Then a byte that says whether there is one.
  private func write(_ field: Field, _ request: FieldBlock, to key: inout [UInt8]) {
    key.append(0)
    key.append(0)
    let mark = key.count - 1
    for index in request.entries.indices where Self.isLine(index, of: field, request) {
      if key[mark] == 1 { key.append(0x2c) }
      key[mark] = 1
      request.withValue(at: index) { key.append($0) }
    }
  }

  private func write(_ cookie: [UInt8], _ request: FieldBlock, to key: inout [UInt8]) {
    key.append(0)
    key.append(0)
    let mark = key.count - 1
    Cookies.forEach(request) { name, value in
      guard name.equals(cookie.span) else { return }
      if key[mark] == 1 { key.append(0x3b) }
      key[mark] = 1
      key.append(value)
    }
  }

  private static func isLine(_ index: Int, of field: Field, _ request: FieldBlock) -> Bool {
    guard request.entries[index].name == field.known else { return false }
    return field.known != .other
      || request.withName(at: index) { $0.equalsIgnoringCase(field.name.span) }
  }
}
