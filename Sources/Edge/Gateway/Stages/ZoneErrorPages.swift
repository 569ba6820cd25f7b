// A zone's own pages in place of failures.

import Exchange
import HTTP
import Primitives
import Zones

/// Shows the zone's page where its origin could not answer; if the zone says so, also in place of an
/// origin's own answer. What tells machines and operators of the failure stays.
final class ZoneErrorPages: ResponseStage {
  static let name: StaticString = "error-pages"

  /// A page as it is sent.
  private struct Page {
    let statuses: ClosedRange<Int>
    let contentType: String
    let body: Bytes
    let replacesOrigins: Bool
  }

  private let pages: [Page]

  /// Nil if there are none.
  init?(_ configured: [ErrorPageConfiguration]) {
    guard !configured.isEmpty else { return nil }
    pages = configured.map {
      Page(
        statuses: $0.statuses, contentType: $0.contentType, body: Bytes(Array($0.body.utf8)),
        replacesOrigins: $0.replacesOrigins)
    }
  }

  func transform(_ exchange: Exchange) {
    let status = exchange.response.status
    guard status >= 500 else { return }
    let isOurs = exchange.facts.failure != nil
    let page = pages.first { page in
      page.statuses.contains(Int(status)) && (isOurs || page.replacesOrigins)
    }
    guard let page else { return }
    exchange.response.body.abandon()
    let before = exchange.response
    exchange.response.reset()
    exchange.response.status = status
    keepFields(of: before.fields, in: exchange)
    if let stored = before.stored { keepFields(of: stored.fields, in: exchange) }
    exchange.response.fields.append(.cacheControl, "no-store")
    exchange.response.fields.append("Content-Type", page.contentType)
    exchange.response.contentLength = UInt64(page.body.count)
    exchange.response.body =
      exchange.request.method == .head || page.body.isEmpty ? .none : .bytes(page.body)
  }

  /// What is about the failure, and not about the content that is replaced.
  private func keepFields(of fields: FieldBlock, in exchange: Exchange) {
    for index in 0..<fields.count {
      switch fields.entries[index].name {
      case .proxyStatus, .cacheStatus, .retryAfter, .xRequestID, .date, .via, .age:
        exchange.response.fields.append(index, of: fields)
      default: continue
      }
    }
  }
}
