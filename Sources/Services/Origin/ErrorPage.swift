// What a client is told when its request could not be answered.

package import Exchange
import HTTP
import Primitives

/// Renders a failure as a small page that says what happened, whose fault it is and which request
/// it was, with a Proxy-Status field for machines (RFC 9209).
package enum ErrorPage {
  /// Fills `exchange.response` with the page for `failure`.
  package static func render(_ failure: Failure, for exchange: Exchange) {
    exchange.response.reset()
    exchange.response.status = failure.status
    appendFields(failure, exchange.facts.requestID, to: &exchange.response.fields)
    if exchange.client.isPeer { PeerVerdict(failure).append(to: &exchange.response.fields) }
    let asksHTML = wantsHTML(exchange.request.fields)
    exchange.response.fields.append(
      .contentType, asksHTML ? "text/html; charset=utf-8" : "text/plain; charset=utf-8")
    let page = page(failure, exchange.facts.requestID, asHTML: asksHTML)
    exchange.response.contentLength = UInt64(page.count)
    exchange.response.body = exchange.request.method == .head ? .none : .bytes(Bytes(page))
  }

  private static func appendFields(
    _ failure: Failure, _ requestID: UInt64, to fields: inout FieldBlock
  ) {
    fields.append(.cacheControl, "no-store")
    fields.append(.proxyStatus) { output in
      output.append(contentsOf: OriginPolicy.usualPseudonym)
      output.append("; error=")
      output.append(failure.proxyStatusError)
      guard !failure.detail.isEmpty else { return }
      output.append("; details=\"")
      appendQuoted(failure.detail, to: &output)
      output.append("\"")
    }
    fields.append(.xRequestID) { RequestID.append(requestID, to: &$0) }
    if failure.kind == .overloaded || failure.kind == .connectionLimitReached {
      fields.append(.retryAfter, "1")
    }
  }

  /// The content of an sf-string (RFC 9651 section 3.3.3): printable ASCII, `"` and `\` escaped.
  private static func appendQuoted(_ text: String, to output: inout [UInt8]) {
    for byte in text.utf8.prefix(256) where byte >= 0x20 && byte < 0x7f {
      if byte == 0x22 || byte == 0x5c { output.append(0x5c) }
      output.append(byte)
    }
  }

  /// Browsers name text/html; tools that take anything get text.
  private static func wantsHTML(_ fields: FieldBlock) -> Bool {
    fields.withFirst(.accept) { value in
      var found = false
      value.forEachListMember { member in
        var end = 0
        while end < member.count, member[end] != 0x3b, member[end] != 0x20 { end += 1 }
        if member.extracting(0..<end).equalsIgnoringCase("text/html") { found = true }
      }
      return found
    } ?? false
  }

  /// The page: the same words for people at browsers and at tools.
  private static func page(_ failure: Failure, _ requestID: UInt64, asHTML: Bool) -> [UInt8] {
    let words = ErrorPageText(failure)
    var page: [UInt8] = []
    if asHTML { appendHead(words.title, to: &page) }
    page.appendDecimal(UInt64(failure.status))
    page.append(0x20)
    page.append(words.title)
    page.append(asHTML ? "</h1><p>" : "\n")
    page.append(words.explanation)
    page.append(asHTML ? "<p><small>Request " : "\nRequest ")
    RequestID.append(requestID, to: &page)
    page.append(asHTML ? "</small>\n" : "\n")
    return page
  }

  private static func appendHead(_ title: StaticString, to page: inout [UInt8]) {
    page.append("<!doctype html><html lang=en><meta charset=utf-8>")
    page.append("<meta name=viewport content=\"width=device-width\"><title>")
    page.append(title)
    page.append("</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:34em;")
    page.append("margin:15vh auto;padding:0 1em;color:#222}h1{font-size:1.4em}")
    page.append("small{color:#666}@media(prefers-color-scheme:dark){body{background:#161616;")
    page.append("color:#ddd}}</style><h1>")
  }
}
