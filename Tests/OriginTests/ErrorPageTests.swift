// Pages of failures, and loops.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Origin

@Suite("Error pages")
struct ErrorPageTests {
  private final class Handler: ExchangeHandler, Sendable {
    func handle(_ exchange: Exchange) -> Handling { .responded }
  }

  private static let handler = Handler()

  private func exchange(_ fields: [(String, String)] = []) -> Exchange {
    let exchange = Exchange(
      on: Lane(loop: SharedRuntime.loop, name: "unused"),
      client: ClientFacts(address: .local), handler: Self.handler)
    for (name, value) in fields { exchange.request.fields.append(name, value) }
    exchange.facts.requestID = 0x1234
    return exchange
  }

  private func text(_ exchange: Exchange) -> String {
    guard case .bytes(let bytes) = exchange.response.body else { return "" }
    return String(decoding: bytes.array(), as: UTF8.self)
  }

  @Test("every failure has a status, a page and a Proxy-Status", arguments: Failure.Kind.allCases)
  func all(kind: Failure.Kind) {
    let exchange = exchange()
    let failure = Failure(kind, "why \"quoted\"\n")
    ErrorPage.render(failure, for: exchange)
    #expect(exchange.response.status == failure.status)
    #expect(exchange.response.fields.text(.cacheControl) == "no-store")
    #expect(
      exchange.response.fields.text(.proxyStatus)
        == "skerry; error=\(failure.proxyStatusError); details=\"why \\\"quoted\\\"\"")
    #expect(text(exchange).hasSuffix("Request 0000000000001234\n"))
    #expect(exchange.response.contentLength == UInt64(text(exchange).utf8.count))
  }

  @Test("browsers get HTML, tools get text, HEAD gets a length")
  func negotiation() {
    let browser = exchange([("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")])
    ErrorPage.render(Failure(.connectionRefused), for: browser)
    #expect(browser.response.fields.text(.contentType) == "text/html; charset=utf-8")
    #expect(text(browser).hasPrefix("<!doctype html>"))
    let tool = exchange([("Accept", "*/*")])
    ErrorPage.render(Failure(.connectionRefused), for: tool)
    #expect(text(tool).hasPrefix("502 The site's server is down\n"))
    let head = exchange()
    head.request.method = .head
    ErrorPage.render(Failure(.connectionRefused), for: head)
    #expect(text(head).isEmpty)
    #expect((head.response.contentLength ?? 0) > 0)
  }

  @Test(
    "a request that was here before is refused with 508",
    arguments: [
      ("skerry", true), ("Skerry", true), ("other, skerry; v=1", true), ("skerry;a=\"b, c\"", true),
      ("other", false), ("skerry2", false), ("other; by=skerry", false), ("\"skerry\"", false),
    ])
  func loop(value: String, isLoop: Bool) {
    let exchange = exchange([("CDN-Loop", value)])
    switch LoopGuard().evaluate(exchange) {
    case .respond: #expect(isLoop && exchange.response.status == 508)
    case .next: #expect(!isLoop)
    case .start, .suspend: Issue.record("a guard does not wait")
    }
  }
}
