// What must hold for single values and for header lists of HTTP/2, whatever their bytes.

import HTTP
import Primitives

/// Normal forms are fixed points; no reader of a value traps.
func valuesProperty(_ input: [UInt8]) -> String? {
  for scheme in [RequestHead.Scheme.http, .https] {
    var once: [UInt8] = []
    var twice: [UInt8] = []
    guard Authority.normalize(input.span, scheme: scheme, into: &once) else { continue }
    guard Authority.normalize(once.span, scheme: scheme, into: &twice), once == twice else {
      return "authority \(text(once)) becomes \(text(twice))"
    }
  }
  var path: [UInt8] = []
  var again: [UInt8] = []
  PathNormalization.append(input.span, to: &path)
  PathNormalization.append(path.span, to: &again)
  if path != again, !text(path).contains("%") { return "path \(path) becomes \(again)" }
  let now = WallTime(seconds: 1_700_000_000)
  if let time = HTTPDate.parse(input.span, now: now) {
    var output: [UInt8] = []
    HTTPDate.append(time, to: &output)
    if HTTPDate.parse(output.span, now: now) != time { return "date \(time)" }
  }
  return fieldsProperty(input, now)
}

/// One value in every field that something interprets.
private func fieldsProperty(_ input: [UInt8], _ now: WallTime) -> String? {
  var fields = FieldBlock()
  for name in FieldName.allCases where name != .other { fields.append(name, input.span) }
  let conditions = Preconditions(response: fields, now: now)
  for method in [HTTPMethod.get, .put] {
    for evaluator in [Preconditions.Evaluator.cache, .origin] {
      _ = conditions.evaluate(method, fields, by: evaluator)
    }
  }
  _ = conditions.rangeApplies(fields)
  let accept = AcceptEncoding(fields)
  if ContentCoding.allCases.contains(where: { accept.weight(of: $0) > 1000 }) {
    return "a weight above 1"
  }
  var response = ResponseHead(status: 200)
  response.fields = fields
  response.fields.removeNamedByConnection()
  let count = response.fields.count
  response.fields.removeNamedByConnection()
  if response.fields.count != count { return "fields that Connection names stay" }
  var output: [UInt8] = []
  HTTP1HeadWriter.appendResponse(
    response.status, shared: Span(), fields: response.fields, date: Span(), body: .none,
    connection: .keepAlive, to: &output)
  guard let outcome = Outcome.response(output) else { return "no whole head was written" }
  // So many fields of so many bytes are more than a head may have.
  if outcome.error == .fieldSectionTooLarge { return nil }
  return outcome.error == nil && outcome.consumed == output.count ? nil : "split: \(outcome)"
}

/// Lines `name: value` as a header list: what is accepted holds no connection-specific field and
/// can be written as HTTP/1.1.
func http2RulesProperty(_ input: [UInt8]) -> String? {
  var head = RequestHead()
  var rules = HTTP2RequestRules(scheme: .https, allowsExtendedConnect: true)
  var output: [UInt8] = []
  do throws(HTTPParseError) {
    for line in input.split(separator: 10) {
      let name = Array(line.prefix(1) + line.dropFirst().prefix { $0 != 58 })
      let value = Array(line.dropFirst(name.count + 1))
      try rules.add(name.span, value.span, to: &head)
    }
    try rules.finish(&head)
  } catch {
    return nil
  }
  do throws(HTTPParseError) {
    try HTTP1HeadWriter.appendRequest(head, body: .none, connection: .keepAlive, to: &output)
  } catch {
    return "can't be written: \(error)"
  }
  if head.method == .connect { return nil }
  guard let again = Outcome.request(output, scheme: .https), again.error == nil,
    again.consumed == output.count, again.authority == text(head.authority)
  else { return "split: \(text(output))" }
  return nil
}

/// Tags are never empty and can be named by a purge; written one by one into either field, or all into
/// one, they are read as the same. The first byte says which field the rest is.
func cacheTagsProperty(_ input: [UInt8]) -> String? {
  guard let first = input.first else { return nil }
  // No field value has other control characters.
  let value = input.dropFirst().filter { $0 == 0x09 || $0 > 0x1f && $0 != 0x7f }
  func read(_ blocks: [(FieldName, [UInt8])]) -> [[UInt8]] {
    var fields = FieldBlock()
    for (name, bytes) in blocks { fields.append(name, bytes.span) }
    var tags: [[UInt8]] = []
    CacheTags.forEach(in: fields) { tag in
      var copy: [UInt8] = []
      copy.append(tag)
      tags.append(copy)
    }
    return tags
  }
  let isKey = first & 1 == 1
  let tags = read([(isKey ? .surrogateKey : .cacheTag, value)])
  for tag in tags where !CacheTags.isTag(tag.span) { return "\(tag) is no tag" }
  if read(tags.map { (.cacheTag, $0) }) != tags { return "not the same one by one" }
  if read([(.cacheTag, Array(tags.joined(separator: [0x2c, 0x20])))]) != tags {
    return "not the same together"
  }
  if isKey, read(tags.map { (.surrogateKey, $0) }) != tags { return "not the same as keys" }
  return nil
}
