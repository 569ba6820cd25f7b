// Requests that came back to us are refused.

package import Exchange
import HTTP
import Primitives

/// Answers 508 to a request that says in CDN-Loop that it has been here (RFC 8586): two networks
/// whose configurations point at each other would send it round for ever.
package final class LoopGuard: Stage {
  package static let name: StaticString = "loop"

  private let pseudonym: [UInt8]

  package init(pseudonym: [UInt8] = OriginPolicy.usualPseudonym) { self.pseudonym = pseudonym }

  /// 508 if CDN-Loop names us.
  package func evaluate(_ exchange: Exchange) -> Verdict {
    guard hasPassed(&exchange.request) else { return .next }
    let failure = Failure(.proxyLoopDetected, "CDN-Loop names this network")
    exchange.facts.failure = failure
    ErrorPage.render(failure, for: exchange)
    return .respond
  }

  /// `request` is lent (see `Exchange`).
  @inline(never)
  private func hasPassed(_ request: inout RequestHead) -> Bool { hasPassed(request.fields) }

  /// Whether CDN-Loop names us: `cdn-info = cdn-id *( OWS ";" OWS parameter )`.
  func hasPassed(_ fields: FieldBlock) -> Bool {
    guard fields.contains(.cdnLoop) else { return false }
    let own = pseudonym
    var found = false
    for index in 0..<fields.count where fields.entries[index].name == .cdnLoop {
      fields.withValue(at: index) { value in
        value.forEachListMember { member in
          var end = 0
          while end < member.count, member[end] != 0x3b, member[end] != 0x20, member[end] != 0x09 {
            end += 1
          }
          if member.extracting(0..<end).equalsIgnoringCase(own.span) { found = true }
        }
      }
    }
    return found
  }
}
