// The request as the origin gets it.

import Exchange
import HTTP
import Primitives
import Runtime

/// Makes the head of a forwarded request: what ends here is left out, what tells of the client and
/// of us is added (RFC 9110 section 7.6, RFC 7239, RFC 8586, RFC 8470).
struct ForwardedHead {
  let pseudonym: [UInt8]
  /// What Host says instead of the client's authority.
  let authority: [UInt8]?
  let isTLS: Bool
  /// Keep the Upgrade field.
  let asksUpgrade: Bool
  /// Keep the Expect field.
  let awaitsContinue: Bool

  /// Writes the head for `fetch` into `head`, whose old content is dropped.
  func write(_ fetch: Fetch, into head: inout RequestHead) {
    write(&fetch.request, of: fetch, into: &head)
  }

  /// `request` is lent, as parts of an `Exchange` are.
  @inline(never)
  private func write(
    _ request: inout RequestHead, of fetch: Fetch, into head: inout RequestHead
  ) {
    head.reset()
    head.method = request.method
    head.scheme = isTLS ? .https : .http
    if let authority {
      head.authority.append(authority.span)
    } else {
      head.authority.append(request.authority.span)
    }
    head.path.append(request.path.span)
    let own = OriginLimits.addedFieldBytes &+ 2 &* (pseudonym.count &+ request.authority.count)
    head.fields.append(atMost: FieldLines.mostBytes(of: request.fields) &+ own) { lines, output in
      copyFields(of: request, &lines, &output)
      addForwarding(fetch, request, &lines, &output)
    }
    lowerMaxForwards(of: request, into: &head.fields)
  }

  private func copyFields(
    of request: RequestHead, _ lines: inout FieldLines, _ output: inout OutputSpan<UInt8>
  ) {
    let hopByHop = HopByHop(request.fields)
    var hasTE = false
    for index in 0..<request.fields.count {
      switch request.fields.entries[index].name {
      case .via, .cdnLoop, .forwarded, .xForwardedFor, .xForwardedHost, .xForwardedProto,
        .xRequestID:
        continue
      case .upgrade where asksUpgrade: break
      case .expect where !awaitsContinue: continue
      case .te:
        // RFC 9110 section 10.1.4: the only member that goes on, by our own Connection: TE.
        if !hasTE && request.fields.withValue(at: index, { $0.listHolds("trailers") }) {
          lines.append(.te, "trailers", &output)
          hasTE = true
        }
        continue
      case .maxForwards where request.method == .options: continue
      default: if hopByHop.contains(request.fields, at: index) { continue }
      }
      lines.copy(index, of: request.fields, &output)
    }
  }

  /// RFC 9110 section 7.6.2: one less, and never 0 here (RequestGuard).
  private func lowerMaxForwards(of request: RequestHead, into fields: inout FieldBlock) {
    guard request.method == .options, let index = request.fields.firstIndex(of: .maxForwards) else {
      return
    }
    if let count = request.fields.withValue(at: index, { $0.decimal }), count > 0 {
      fields.append(.maxForwards) { $0.appendDecimal(count - 1) }
    } else {
      fields.append(index, of: request.fields)
    }
  }

  private func addForwarding(
    _ fetch: Fetch, _ request: RequestHead, _ lines: inout FieldLines,
    _ output: inout OutputSpan<UInt8>
  ) {
    let client = fetch.client
    let host = client.address.hostText
    if fetch.asksForIdentity && !request.fields.contains(.acceptEncoding) {
      lines.append(.acceptEncoding, "identity", &output)
    }
    append(.via, after: request.fields, &lines, &output) { output in
      output.append(Self.version(request.version))
      output.append(pseudonym.span)
    }
    append(.cdnLoop, after: request.fields, &lines, &output) { $0.append(pseudonym.span) }
    append(.xForwardedFor, after: request.fields, &lines, &output) { $0.append(host.span) }
    append(.forwarded, after: request.fields, &lines, &output) { output in
      Self.appendForwarded(client, host, request.authority, &output)
    }
    lines.append(.xForwardedProto, client.isTLS ? "https" : "http", &output)
    if !request.authority.isEmpty {
      lines.append(.xForwardedHost, &output) { $0.append(request.authority.span) }
    }
    lines.append(.xRequestID, isChecked: true, &output) { output in
      output.append(RequestID.digits(of: fetch.requestID).span)
    }
    // RFC 8470 section 5.1: also when the client's own field said so already, once.
    if client.isEarlyData && !lines.contains(.earlyData) {
      lines.append(.earlyData, isChecked: true, &output) { $0.append(0x31) }
    }
  }

  /// Appends field `name`: the members that came, then ours.
  @inline(__always)
  private func append(
    _ name: FieldName, after source: FieldBlock, _ lines: inout FieldLines,
    _ output: inout OutputSpan<UInt8>, _ own: (inout OutputSpan<UInt8>) -> Void
  ) {
    lines.append(name, &output) { output in
      if source.contains(name) { appendMembers(of: name, in: source, &output) }
      own(&output)
    }
  }

  private func appendMembers(
    of name: FieldName, in source: FieldBlock, _ output: inout OutputSpan<UInt8>
  ) {
    var length = 0
    for index in 0..<source.count where source.entries[index].name == name {
      let value = source.bytes.span.extracting(source.entries[index].valueRange)
      length += value.count
      guard value.count > 0, length <= OriginLimits.forwardingFieldBytes else { continue }
      output.append(value)
      output.append(", ")
    }
  }

  /// The version that the request came by (RFC 9110 section 7.6.3), and a space.
  private static func version(_ version: RequestHead.Version) -> StaticString {
    switch version {
    case .http10: "1.0 "
    case .http11: "1.1 "
    case .http2: "2.0 "
    }
  }

  /// `for=192.0.2.1;proto=https;host=example.com` (RFC 7239 section 4).
  private static func appendForwarded(
    _ client: ClientFacts, _ host: AddressText, _ authority: [UInt8],
    _ output: inout OutputSpan<UInt8>
  ) {
    output.append("for=")
    switch client.address.family {
    case .ipv4: output.append(host.span)
    case .ipv6:
      output.append("\"[")
      output.append(host.span)
      output.append("]\"")
    case .local: output.append("unknown")
    }
    output.append(client.isTLS ? ";proto=https" : ";proto=http")
    guard !authority.isEmpty else { return }
    // A colon or bracket is no token character.
    let quotes = authority.contains(0x3a) || authority.contains(0x5b)
    output.append(";host=")
    if quotes { output.append(0x22) }
    output.append(authority.span)
    if quotes { output.append(0x22) }
  }
}
