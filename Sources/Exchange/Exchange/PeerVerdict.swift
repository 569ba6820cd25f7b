// What a server answers a peer where it has no answer of an origin.

package import HTTP
import Primitives

/// Why a server of the fleet has no origin's answer for a peer: the value of Skerry-Peer in its response.
package enum PeerVerdict: Equatable, Sendable {
  /// It can't answer, or will not: another server, or the origin itself, may do better.
  case refused
  /// The origin can't be reached, or answers nothing that can be used.
  case originFailed(Failure.Kind)

  package init(_ failure: Failure) {
    self = failure.side == .origin ? .originFailed(failure.kind) : .refused
  }

  /// What a field says: anything that is not understood is a refusal.
  package init(_ value: Span<UInt8>) {
    let prefix = Array("origin-failed=".utf8)
    guard value.count > prefix.count, value.count <= prefix.count + 3,
      value.extracting(0..<prefix.count).equals(prefix.span),
      let number = value.extracting(prefix.count...).decimal,
      let kind = UInt8(exactly: number).flatMap({ Failure.Kind(rawValue: $0) })
    else {
      self = .refused
      return
    }
    self = .originFailed(kind)
  }

  /// Appends the field.
  package func append(to fields: inout FieldBlock) {
    switch self {
    case .refused: fields.append(.skerryPeer, "refused")
    case .originFailed(let kind):
      fields.append(.skerryPeer) { output in
        output.append("origin-failed=")
        output.appendDecimal(UInt64(kind.rawValue))
      }
    }
  }
}
