// From http to https.

import Exchange
import HTTP
import Primitives

/// Redirects requests that came without TLS to the same place with it, keeping the method (308).
final class HTTPSRedirect: Stage {
  static let name: StaticString = "https-redirect"

  func evaluate(_ exchange: Exchange) -> Verdict {
    guard !exchange.client.isTLS else { return .next }
    let request = exchange.request
    exchange.response.status = 308
    exchange.response.fields.append(.location) { value in
      value.append("https://")
      value.append(request.authority.span.extracting(0..<request.hostLength))
      value.append(contentsOf: request.path)
    }
    exchange.response.contentLength = 0
    return .respond
  }
}
