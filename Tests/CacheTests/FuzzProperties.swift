// What must hold for any bytes: properties that fuzz targets run and unit tests replay.

import HTTP
import Primitives
import Runtime

@testable import Cache

let fuzzProperties: [(String, @Sendable ([UInt8]) -> String?)] = [
  ("Cookies", { cookiesProperty($0) }), ("CacheKeyPlan", { keyPlanProperty($0) }),
  ("TargetPath", { targetPathProperty($0) }), ("VaryNormalisation", { varyProperty($0) }),
]

/// Lines of an input, without what no parser lets into a field or target.
private func lines(_ input: [UInt8]) -> [[UInt8]] {
  input.split(separator: 10, omittingEmptySubsequences: false).map { line in
    line.filter { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
  }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private func fields(_ lines: [(FieldName, [UInt8])]) -> FieldBlock {
  var block = FieldBlock()
  for (name, value) in lines { block.append(name, value.span) }
  return block
}

/// Lines of Cookie: they are read as a plain reader reads them, up to where the look-up ends.
func cookiesProperty(_ input: [UInt8]) -> String? {
  let block = fields(lines(input).map { (.cookie, $0) })
  var expected: [[UInt8]] = []
  for line in lines(input) where !line.isEmpty {
    var pairs = line.split(separator: 0x3b, omittingEmptySubsequences: false)
    // Nothing comes behind a semicolon at the end.
    if line.last == 0x3b { pairs.removeLast() }
    for pair in pairs {
      let cookie = pair.drop { $0 == 0x20 || $0 == 0x09 }
      let name = cookie.prefix { $0 != 0x3d }
      expected.append(Array(name) + [0] + cookie.dropFirst(name.count + 1))
    }
  }
  var found: [[UInt8]] = []
  Cookies.forEach(block) { name, value in
    found.append(VaryNormalisation.copy(name) + [0] + VaryNormalisation.copy(value))
  }
  guard found == expected else { return "\(found.map(text)) and not \(expected.map(text))" }
  var seen = 0
  let isThere = Cookies.contains(block) { _, _ in
    seen += 1
    return seen == 2
  }
  return isThere == (expected.count >= 2) && seen == min(2, expected.count)
    ? nil : "the look-up does not end at what it finds"
}

/// A line of settings, then target, field, cookies, language and device of two requests: their keys are
/// equal if and only if what counts of them is, and what tells of the client is told once.
func keyPlanProperty(_ input: [UInt8]) -> String? {
  // Only ASCII: what is described is text.
  let all = lines(input.map { $0 & 0x7f })
  guard let choice = all.first?.first, all.count > 10 else { return nil }
  var settings = CacheKeySettings()
  settings.query = CacheKeySettings.Query.allCases[Int(choice & 3)]
  settings.queryNames = ["a", "b*"]
  settings.sortsQuery = choice & 4 != 0
  settings.fields = choice & 8 != 0 ? ["X-A", "Range"] : []
  settings.cookies = choice & 16 != 0 ? ["c"] : []
  settings.tellsDeviceTypes = choice & 32 != 0
  settings.languages = choice & 64 != 0 ? ["en", "de", "de-CH"] : []
  settings.tellsCountries = choice & 68 == 68
  let plan = CacheKeyPlan(settings)
  var keys: [[UInt8]] = []
  var parts: [[String?]] = []
  for start in [1, 6] {
    let given = Array(all[start..<start + 5])
    var request = RequestHead()
    request.path = [0x2f] + given[0].filter { $0 > 0x20 }
    request.fields = fields([
      (.range, given[1]), (.cookie, given[2]), (.acceptLanguage, given[3]), (.userAgent, given[4]),
    ])
    if let fault = described(&request, plan, settings) { return fault }
    var (target, again, key, work): ([UInt8], [UInt8], [UInt8], [Range<Int>]) = ([], [], [], [])
    plan.writeTarget(request.path, to: &target, parts: &work)
    plan.writeTarget(target, to: &again, parts: &work)
    guard target == again else { return "\(text(target)) becomes \(text(again))" }
    CacheKey.write([], request, plan, to: &key)
    if plan.hasParts { plan.writeParts(request.fields, Instant(nanoseconds: 7), to: &key) }
    keys.append(key)
    parts.append([text(target)] + plan.describeParts(request.fields).map(\.value))
    guard plan.steps(for: request) >= 0 else { return "negative steps" }
  }
  return (keys[0] == keys[1]) == (parts[0] == parts[1]) ? nil : "\(parts[0]) beside \(parts[1])"
}

private func described(
  _ request: inout RequestHead, _ plan: CacheKeyPlan, _ settings: CacheKeySettings
) -> String? {
  var budget = StepBudget()
  let client = SocketAddress.local
  plan.describeClient(in: &request, at: client, nil, &budget)
  let once = request.fields
  plan.describeClient(in: &request, at: client, nil, &budget)
  for block in [once, request.fields] {
    let language = block.text(.acceptLanguage) ?? ""
    if !settings.languages.isEmpty,
      block.count(of: .acceptLanguage) != 1 || !settings.languages.contains(language)
    {
      return "the language is \(language)"
    }
    let told = block.entries.indices.filter { block.entries[$0].name == .other }
    let expected = (settings.tellsDeviceTypes ? 1 : 0) + (settings.tellsCountries ? 1 : 0)
    if told.count != expected { return "\(told.count) fields of a device and a country" }
  }
  return once.text(.acceptLanguage) == request.fields.text(.acceptLanguage)
    ? nil : "the language changes"
}

/// What is decoded once and walked through by another reader has the segments that we see, unless the
/// path is called doubtful. The extension is the end of the last segment.
func targetPathProperty(_ input: [UInt8]) -> String? {
  let path = [0x2f] + input.filter { $0 > 0x20 && $0 != 0x3f && $0 != 0x23 && $0 != 0x7f }
  let place = TargetPath.fileExtension(path.span)
  guard place.upperBound <= path.count,
    !path[place].contains(where: { $0 == 0x2f || $0 == 0x2e }),
    place.isEmpty || path[place.lowerBound - 1] == 0x2e && place.upperBound == path.count
  else { return "extension at \(place)" }
  if TargetPath.isDoubtful(path.span) { return nil }
  var decoded: [UInt8] = []
  var index = 0
  while index < path.count {
    if path[index] == 0x25, index + 2 < path.count,
      let value = UInt8(text(Array(path[index + 1...index + 2])), radix: 16)
    {
      decoded.append(value)
      index += 3
    } else {
      decoded.append(path[index])
      index += 1
    }
  }
  let segments = decoded.split(separator: 0x2f, omittingEmptySubsequences: false)
  guard segments.count == path.split(separator: 0x2f, omittingEmptySubsequences: false).count else {
    return "decoding makes segments"
  }
  let isPlain = segments.allSatisfy { segment in
    segment != [0x2e] && segment != [0x2e, 0x2e]
      && !segment.contains { $0 < 0x20 || [0x25, 0x5c, 0x3b, 0x3f, 0x23].contains($0) }
  }
  return isPlain ? nil : "another reader sees \(text(decoded))"
}

/// Lines of one field, named by the first line's first byte: their normal form is its own, and a request
/// that has that in their place is selected by the same responses.
func varyProperty(_ input: [UInt8]) -> String? {
  let names: [FieldName] = [
    .accept, .acceptEncoding, .acceptLanguage, .te, .userAgent, .cookie, .origin, .cacheControl,
  ]
  let all = lines(input)
  guard let choice = all.first?.first, all.count > 1 else { return nil }
  let known = names[Int(choice) % names.count]
  // A quote that does not end takes the rest of its line, of which one line of all knows nothing.
  guard all.count == 2 || !all.contains(where: { $0.contains(0x22) }) else { return nil }
  let request = fields(all.dropFirst().map { (known, $0) })
  let normal = VaryNormalisation.value(of: Array(0..<request.count), known, request)
  let other = fields([(known, normal)])
  let again = VaryNormalisation.value(of: [0], known, other)
  guard again == normal else { return "\(text(normal)) becomes \(text(again))" }
  var sums: [UInt64] = []
  for block in [request, other] {
    var essence = VaryEssence()
    for index in 0..<block.count {
      block.withValue(at: index) { VaryNormalisation.absorb($0, known, into: &essence) }
    }
    sums.append(essence.sum)
  }
  guard sums[0] == sums[1] else { return "another essence of \(text(normal))" }
  var response = FieldBlock()
  response.append(.vary) { $0.append(known.lowercase) }
  guard let selection = VarySelection(vary: response, request: request) else { return nil }
  guard selection.matches(request) else { return "a request does not match itself" }
  let isSmall = request.count + normal.count < 200
  return !isSmall || selection.matches(other) ? nil : "no match of \(text(normal))"
}
