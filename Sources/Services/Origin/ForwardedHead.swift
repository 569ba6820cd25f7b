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
    head.fields.append(atMost: request.fields.mostLineBytes &+ own) { lines, output in
      copyFields(of: &request, &lines, &output)
      addForwarding(fetch, &request, &lines, &output)
    }
    lowerMaxForwards(of: request, into: &head.fields)
  }

  @inline(never)
  private func copyFields(
    of request: inout RequestHead, _ lines: inout FieldLines, _ output: inout OutputSpan<UInt8>
  ) {
    var hasTE = false
    for index in 0..<request.fields.count {
      let name = request.fields.entries[index].name
      switch name {
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
      default: if name.endsHere { continue }
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
      fields.append(.maxForwards, atMost: 20) { $0.appendDecimal(count - 1) }
    } else {
      fields.append(index, of: request.fields)
    }
  }

  @inline(never)
  private func addForwarding(
    _ fetch: Fetch, _ request: inout RequestHead, _ lines: inout FieldLines,
    _ output: inout OutputSpan<UInt8>
  ) {
    let host = fetch.client.address.hostText
    if fetch.asksForIdentity && !request.fields.contains(.acceptEncoding) {
      lines.append(.acceptEncoding, "identity", &output)
    }
    begin(.via, after: request.fields, &lines, &output)
    output.append(Self.version(request.version))
    output.append(pseudonym.span)
    lines.end(isChecked: false, &output)
    begin(.cdnLoop, after: request.fields, &lines, &output)
    output.append(pseudonym.span)
    lines.end(isChecked: false, &output)
    begin(.xForwardedFor, after: request.fields, &lines, &output)
    output.append(host.span)
    lines.end(isChecked: false, &output)
    begin(.forwarded, after: request.fields, &lines, &output)
    Self.appendForwarded(fetch, host, request.authority, &output)
    lines.end(isChecked: false, &output)
    lines.append(.xForwardedProto, fetch.client.isTLS ? "https" : "http", &output)
    if !request.authority.isEmpty {
      lines.begin(.xForwardedHost, &output)
      output.append(request.authority.span)
      lines.end(isChecked: false, &output)
    }
    lines.begin(.xRequestID, &output)
    output.append(RequestID.digits(of: fetch.requestID).span)
    lines.end(isChecked: true, &output)
    // RFC 8470 section 5.1: also when the client's own field said so already, once.
    if fetch.client.isEarlyData && !lines.contains(.earlyData) {
      lines.append(.earlyData, "1", &output)
    }
  }

  /// Begins field `name` with the members that came; ours follow.
  @inline(__always)
  private func begin(
    _ name: FieldName, after source: borrowing FieldBlock, _ lines: inout FieldLines,
    _ output: inout OutputSpan<UInt8>
  ) {
    lines.begin(name, &output)
    if source.contains(name) { appendMembers(of: name, in: source, &output) }
  }

  private func appendMembers(
    of name: FieldName, in source: borrowing FieldBlock, _ output: inout OutputSpan<UInt8>
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
    _ fetch: Fetch, _ host: AddressText, _ authority: [UInt8],
    _ output: inout OutputSpan<UInt8>
  ) {
    output.append("for=")
    switch fetch.client.address.family {
    case .ipv4: output.append(host.span)
    case .ipv6:
      output.append("\"[")
      output.append(host.span)
      output.append("]\"")
    case .local: output.append("unknown")
    }
    output.append(fetch.client.isTLS ? ";proto=https" : ";proto=http")
    guard !authority.isEmpty else { return }
    // A colon or bracket is no token character.
    let quotes = authority.contains(0x3a) || authority.contains(0x5b)
    output.append(";host=")
    if quotes { output.append(0x22) }
    output.append(authority.span)
    if quotes { output.append(0x22) }
  }
}
