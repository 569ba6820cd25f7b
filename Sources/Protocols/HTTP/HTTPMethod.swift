// Request methods with what the pipeline must know of each.

import Primitives

/// A request method (RFC 9110 section 9). Methods outside the table keep their bytes.
package enum HTTPMethod: Equatable, Sendable {
  case get, head, post, put, delete, connect, options, trace, patch
  case other([UInt8])

  /// RFC 9110 section 9.2.1.
  package var isSafe: Bool {
    switch self {
    case .get, .head, .options, .trace: true
    default: false
    }
  }

  /// RFC 9110 section 9.2.2.
  package var isIdempotent: Bool {
    switch self {
    case .put, .delete: true
    default: isSafe
    }
  }

  /// The method that `token` spells; methods are case-sensitive.
  package init(_ token: Span<UInt8>) {
    switch token.count {
    case 3 where token.equals("GET"): self = .get
    case 3 where token.equals("PUT"): self = .put
    case 4 where token.equals("HEAD"): self = .head
    case 4 where token.equals("POST"): self = .post
    case 5 where token.equals("PATCH"): self = .patch
    case 5 where token.equals("TRACE"): self = .trace
    case 6 where token.equals("DELETE"): self = .delete
    case 7 where token.equals("OPTIONS"): self = .options
    case 7 where token.equals("CONNECT"): self = .connect
    default:
      var bytes: [UInt8] = []
      bytes.append(token)
      self = .other(bytes)
    }
  }

  /// Bytes of the method's token, or more.
  package var tokenBytes: Int {
    if case .other(let bytes) = self { return bytes.count }
    return 7
  }

  /// Appends the method's token.
  package func write(to output: inout OutputSpan<UInt8>) {
    switch self {
    case .get: output.append("GET")
    case .head: output.append("HEAD")
    case .post: output.append("POST")
    case .put: output.append("PUT")
    case .delete: output.append("DELETE")
    case .connect: output.append("CONNECT")
    case .options: output.append("OPTIONS")
    case .trace: output.append("TRACE")
    case .patch: output.append("PATCH")
    case .other(let bytes): output.append(bytes.span)
    }
  }

  /// Off the hot path: the token.
  package var token: [UInt8] {
    var token: [UInt8] = []
    token.append(addingCapacity: tokenBytes) { write(to: &$0) }
    return token
  }
}
