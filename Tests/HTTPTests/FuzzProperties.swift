// What must hold for any bytes whatever: run by the fuzz targets and replayed as unit tests.

import HTTP
import Primitives

/// A property returns what is wrong, or nil.
typealias FuzzProperty = @Sendable ([UInt8]) -> String?

/// The properties by the names of their fuzz targets, which are those of their corpora.
let fuzzProperties: [(String, FuzzProperty)] = [
  ("Request", requestProperty), ("Response", responseProperty), ("Body", bodyProperty),
  ("StructuredFields", structuredFieldsProperty), ("CacheControl", cacheControlProperty),
  ("Range", rangeProperty), ("Values", valuesProperty), ("HTTP2Rules", http2RulesProperty),
  ("CacheTags", cacheTagsProperty),
]

/// Where to cut: decided by the input, so that a failure replays.
private func cuts(_ input: [UInt8]) -> [[Int]] {
  let sum = input.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff }
  let one = input.isEmpty ? 0 : sum % (input.count + 1)
  var cuts = [[one], [one, min(one + 1, input.count)]]
  if input.count <= 512 { cuts.append(Array(0...input.count)) }
  return cuts
}

/// Cuts change nothing; what was read can be written and read again as the same.
func requestProperty(_ input: [UInt8]) -> String? {
  let whole = Outcome.request(input)
  for cuts in cuts(input) where Outcome.request(input, cuts: cuts) != whole {
    return "a request cut at \(cuts) differs"
  }
  guard let whole, whole.error == nil else { return nil }
  guard input[..<whole.consumed].suffix(4) == [13, 10, 13, 10] else { return "no end of head" }
  var parser = HTTP1RequestParser(scheme: .http)
  var head = RequestHead()
  var output: [UInt8] = []
  do throws(HTTPParseError) {
    _ = try parser.parse(input.span, into: &head)
    try HTTP1HeadWriter.appendRequest(
      head, body: whole.framing.body, connection: whole.framing.keepAlive ? .keepAlive : .close,
      to: &output)
  } catch {
    // An HTTP/1.0 request may come without Host, which can't be sent on.
    return "can't be written: \(error)"
  }
  if head.authority.isEmpty { return nil }
  // What is written may have a connection field and spaces that the input had not.
  var limits = HTTP1Limits()
  limits.fieldCount += 1
  limits.headerSectionBytes *= 2
  guard let again = Outcome.request(output, limits: limits), again.error == nil else {
    return "not read back"
  }
  let framing: Set<String> = [
    "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection",
  ]
  func rest(_ outcome: Outcome) -> [String] {
    outcome.fields.filter { line in
      !framing.contains(String(line.prefix { $0 != ":" }).lowercased())
    }
  }
  if rest(again) != rest(whole) || again.authority != whole.authority
    || again.start.dropLast(7) != whole.start.dropLast(7)
  {
    return "read back as \(again) instead of \(whole)"
  }
  return nil
}

/// Cuts change nothing.
func responseProperty(_ input: [UInt8]) -> String? {
  for method in [HTTPMethod.get, .head, .connect] {
    let whole = Outcome.response(input, for: method)
    for cuts in cuts(input) where Outcome.response(input, for: method, cuts: cuts) != whole {
      return "a response cut at \(cuts) differs"
    }
  }
  return nil
}

/// Cuts change nothing; content that was read can be chunked and read again.
func bodyProperty(_ input: [UInt8]) -> String? {
  guard let first = input.first else { return nil }
  let body = Array(input.dropFirst())
  let framing: HTTP1MessageFraming.Body =
    first & 1 == 0 ? .chunked : .length(UInt64(first >> 1))
  let whole = Outcome.body(body, framing)
  for cuts in cuts(body) where !same(Outcome.body(body, framing, cuts: cuts), whole) {
    return "a body cut at \(cuts) differs"
  }
  guard let whole, whole.error == nil else { return nil }
  var output: [UInt8] = []
  if !whole.body.isEmpty {
    HTTP1ChunkWriter.appendHead(length: whole.body.count, to: &output)
    output += whole.body
    HTTP1ChunkWriter.appendTail(to: &output)
  }
  HTTP1ChunkWriter.appendEnd(to: &output)
  guard let again = Outcome.body(output, .chunked), again.error == nil,
    again.body == whole.body, again.consumed == output.count
  else { return "not read back" }
  return nil
}

/// Content that came before an error may be cut differently; the error may not.
private func same(_ a: Outcome?, _ b: Outcome?) -> Bool {
  a?.error != nil ? a?.error == b?.error : a == b
}

/// What was parsed can be written and parsed again as the same.
func structuredFieldsProperty(_ input: [UInt8]) -> String? {
  do throws(HTTPParseError) {
    var output: [UInt8] = []
    if let item = StructuredItem(parsing: input.span) {
      try StructuredFieldWriter.append(item, to: &output)
      guard StructuredItem(parsing: output.span) == item else { return "item: \(item)" }
    }
    output = []
    if let list = StructuredList(parsing: input.span) {
      try StructuredFieldWriter.append(list, to: &output)
      guard StructuredList(parsing: output.span) == list else { return "list: \(list)" }
    }
    output = []
    if let dictionary = StructuredDictionary(parsing: input.span) {
      try StructuredFieldWriter.append(dictionary, to: &output)
      guard StructuredDictionary(parsing: output.span) == dictionary else {
        return "dictionary: \(dictionary)"
      }
    }
  } catch {
    return "can't be written: \(error)"
  }
  return nil
}

/// Ages are bounded; a second copy of the same directives changes nothing but names.
func cacheControlProperty(_ input: [UInt8]) -> String? {
  var fields = FieldBlock()
  fields.append(.cacheControl, input.span)
  fields.append(.cdnCacheControl, input.span)
  for control in [
    CacheControl(fields), CacheControl(targeted: .cdnCacheControl, fields) ?? CacheControl(),
  ] {
    let ages = [
      control.maxAge, control.sharedMaxAge, control.staleWhileRevalidate, control.staleIfError,
      control.maxStale, control.minFresh,
    ]
    if ages.contains(where: { $0 ?? 0 > 1 << 31 }) { return "an age beyond 2^31" }
    for name in control.noCacheNames + control.privateNames
    where name.isEmpty || name.contains(where: { $0 <= 32 || $0 &- 65 < 26 }) {
      return "a name that is no token in lower case"
    }
  }
  return nil
}

/// Selected parts lie within the representation, are not empty and do not overlap.
func rangeProperty(_ input: [UInt8]) -> String? {
  if let range = ContentRange(input.span) {
    var output: [UInt8] = []
    range.append(to: &output)
    if ContentRange(output.span) != range { return "Content-Range: \(range)" }
  }
  guard let request = ByteRangeRequest(input.span) else { return nil }
  for length in [0, 1, 100, 10_000, UInt64(Int64.max)] {
    guard case .parts(let parts) = request.select(from: length) else { continue }
    for (index, part) in parts.enumerated() {
      if part.isEmpty || part.upperBound > length { return "\(part) of \(length)" }
      if parts[..<index].contains(where: { $0.overlaps(part) }) { return "overlap: \(parts)" }
    }
    let multipart = MultipartByteRanges(boundary: 1)
    _ = multipart.length(of: parts, from: length, contentType: nil)
  }
  return nil
}
