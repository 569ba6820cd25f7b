// What no zone may be asked.

import Exchange
import HTTP
import Primitives

/// Refuses what would be dangerous or senseless to pass on: CONNECT, TRACE, and unsafe methods in
/// early data, which might be a replay (RFC 8470 section 5.2). An OPTIONS that may be forwarded no
/// further is answered here (RFC 9110 section 7.6.2).
final class RequestGuard: Stage {
  static let name: StaticString = "request-guard"

  func evaluate(_ exchange: Exchange) -> Verdict {
    switch exchange.request.method {
    case .get, .head: return .next
    case .connect, .trace:
      exchange.response.status = 405
      return answerWithMethods(exchange)
    default:
      if exchange.client.isEarlyData {
        exchange.response.status = 425
        exchange.response.fields.append(.cacheControl, "no-store")
        exchange.response.contentLength = 0
        return .respond
      }
      let forwards = exchange.request.fields.withFirst(.maxForwards) { $0.decimal }
      guard exchange.request.method == .options, forwards == 0 else { return .next }
      exchange.response.status = 200
      return answerWithMethods(exchange)
    }
  }

  private func answerWithMethods(_ exchange: Exchange) -> Verdict {
    exchange.response.fields.append(.allow, "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS")
    exchange.response.contentLength = 0
    return .respond
  }
}
