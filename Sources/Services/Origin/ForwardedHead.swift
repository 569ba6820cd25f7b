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
    head.reset()
    head.method = fetch.request.method
    head.scheme = isTLS ? .https : .http
    head.authority.append(contentsOf: authority ?? fetch.request.authority)
    head.path.append(contentsOf: fetch.request.path)
    copyFields(of: fetch.request, into: &head.fields)
    addForwarding(fetch, &head.fields)
  }

  private func copyFields(of request: RequestHead, into fields: inout FieldBlock) {
    let source = request.fields
    let hopByHop = HopByHop(source)
    for index in 0..<source.count {
      let name = source.entries[index].name
      switch name {
      case .via, .cdnLoop, .forwarded, .xForwardedFor, .xForwardedHost, .xForwardedProto,
        .xRequestID:
        continue
      case .upgrade where asksUpgrade: break
      case .expect where !awaitsContinue: continue
      case .te:
        // RFC 9110 section 10.1.4: the only member that goes on, by our own Connection: TE.
        let keepsTrailers = source.withValue(at: index) { $0.listHolds("trailers") }
        if keepsTrailers && !fields.contains(.te) { fields.append(.te, "trailers") }
        continue
      case .maxForwards where request.method == .options:
        // RFC 9110 section 7.6.2: one less, and never 0 here (RequestGuard).
        if let count = source.withValue(at: index, { $0.decimal }), count > 0 {
          fields.append(.maxForwards) { $0.appendDecimal(count - 1) }
          continue
        }
      default: if hopByHop.contains(source, at: index) { continue }
      }
      source.withName(at: index) { nameBytes in
        source.withValue(at: index) { value in
          fields.append(known: name, name: nameBytes, value: value)
        }
      }
    }
  }

  private func addForwarding(_ fetch: Fetch, _ fields: inout FieldBlock) {
    let source = fetch.request.fields
    let client = fetch.client
    if fetch.asksForIdentity && !source.contains(.acceptEncoding) {
      fields.append(.acceptEncoding, "identity")
    }
    append(.via, after: source, to: &fields) { output in
      Self.appendVersion(fetch.request.version, &output)
      output.append(0x20)
      output.append(contentsOf: pseudonym)
    }
    append(.cdnLoop, after: source, to: &fields) { $0.append(contentsOf: pseudonym) }
    append(.xForwardedFor, after: source, to: &fields) { client.address.writeHost(to: &$0) }
    append(.forwarded, after: source, to: &fields) { output in
      Self.appendForwarded(client, fetch.request.authority, &output)
    }
    fields.append(.xForwardedProto, client.isTLS ? "https" : "http")
    if !fetch.request.authority.isEmpty {
      fetch.request.authority.withSpan { fields.append(.xForwardedHost, $0) }
    }
    fields.append(.xRequestID) { RequestID.append(fetch.requestID, to: &$0) }
    // RFC 8470 section 5.1: also when the client's own field said so already, once.
    if client.isEarlyData && !fields.contains(.earlyData) { fields.append(.earlyData, "1") }
  }

  /// Appends field `name`: the members that came, then ours.
  private func append(
    _ name: FieldName, after source: FieldBlock, to fields: inout FieldBlock,
    _ own: (inout [UInt8]) -> Void
  ) {
    fields.append(name) { output in
      var length = 0
      for index in 0..<source.count where source.entries[index].name == name {
        source.withValue(at: index) { value in
          length += value.count
          guard value.count > 0, length <= OriginLimits.forwardingFieldBytes else { return }
          output.append(value)
          output.append(", ")
        }
      }
      own(&output)
    }
  }

  /// The version that the request came by (RFC 9110 section 7.6.3).
  private static func appendVersion(_ version: RequestHead.Version, _ output: inout [UInt8]) {
    switch version {
    case .http10: output.append("1.0")
    case .http11: output.append("1.1")
    case .http2: output.append("2.0")
    }
  }

  /// `for=192.0.2.1;proto=https;host=example.com` (RFC 7239 section 4).
  private static func appendForwarded(
    _ client: ClientFacts, _ authority: [UInt8], _ output: inout [UInt8]
  ) {
    output.append("for=")
    switch client.address.family {
    case .ipv4: client.address.writeHost(to: &output)
    case .ipv6:
      output.append("\"[")
      client.address.writeHost(to: &output)
      output.append("]\"")
    case .local: output.append("unknown")
    }
    output.append(client.isTLS ? ";proto=https" : ";proto=http")
    guard !authority.isEmpty else { return }
    // A colon or bracket is no token character.
    let quotes = authority.contains(0x3a) || authority.contains(0x5b)
    output.append(";host=")
    if quotes { output.append(0x22) }
    output.append(contentsOf: authority)
    if quotes { output.append(0x22) }
  }
}
