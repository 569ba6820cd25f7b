// What coding the client wants.

package import Exchange
import HTTP
import Primitives

/// Finds out which coding the client wants (RFC 9110 section 12.5.3), and takes Accept-Encoding out of
/// the request: what is stored and fetched is the content as it is, once for all clients.
///
/// Confined to its loop.
package final class CodingNegotiation: Stage {
  package static let name: StaticString = "coding-negotiation"

  /// What can be applied, in order of preference, then identity.
  private let available: [ContentCoding]
  /// The field that came last and what it means: a browser sends the same with every request.
  private var known = Known()

  /// One value of Accept-Encoding and its meaning.
  private struct Known {
    var value: [UInt8] = []
    var isOfOneLine = true
    var coding = ContentCoding.identity
    var refusesIdentity = false
  }

  package init(_ configuration: CompressionConfiguration) {
    available = configuration.codings + [.identity]
  }

  package func evaluate(_ exchange: Exchange) -> Verdict {
    guard let index = Self.accepted(&exchange.request), exchange.upgradedInput == nil else {
      return .next
    }
    let fields = exchange.request.fields
    if fields.count(of: .acceptEncoding) > 1 || !known.isOfOneLine
      || !fields.withValue(at: index, { value in known.value.withSpan { value.equals($0) } })
    {
      learn(fields, index)
    }
    if !forbidsTransformation(fields) {
      exchange.facts.wantedCoding = known.coding
      exchange.facts.refusesIdentity = known.refusesIdentity
    }
    exchange.request.fields.remove(.acceptEncoding)
    return .next
  }

  /// The first Accept-Encoding; `request` is lent (see `Exchange`).
  @inline(never)
  private static func accepted(_ request: inout RequestHead) -> Int? {
    request.fields.firstIndex(of: .acceptEncoding)
  }

  private func learn(_ fields: FieldBlock, _ index: Int) {
    let accepted = AcceptEncoding(fields)
    known.coding = accepted.best(of: available) ?? .identity
    known.refusesIdentity = accepted.weight(of: .identity) == 0
    known.value.removeAll(keepingCapacity: true)
    // Several lines are looked at anew each time.
    known.isOfOneLine = fields.count(of: .acceptEncoding) == 1
    if known.isOfOneLine {
      fields.withValue(at: index) { known.value.append($0) }
    }
  }

  /// RFC 9111 section 5.2.1.6.
  private func forbidsTransformation(_ fields: FieldBlock) -> Bool {
    fields.withFirst(.cacheControl) { $0.listHolds("no-transform") } ?? false
  }
}
