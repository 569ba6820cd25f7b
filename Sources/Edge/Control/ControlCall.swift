// A request of the API that was understood.

import HTTP
import Primitives

/// What is asked: a target, what to do with it, and under which conditions.
struct ControlCall: Sendable, Equatable {
  /// What to do; HEAD is GET, of which the connection sends no body.
  enum Verb: Sendable, Equatable { case get, put, patch, delete, post }

  let target: ControlTarget
  let verb: Verb
  let condition: ControlCondition

  /// Reads the head of a request.
  init(_ head: RequestHead) throws(ControlRefusal) {
    guard let path = String(validating: head.path, as: UTF8.self) else {
      throw ControlRefusal(400, .invalidQuery, "The path is not UTF-8.")
    }
    target = try ControlTarget(path)
    let name = String(decoding: head.method.token, as: UTF8.self)
    guard target.route.methods.contains(name) else {
      let allowed = target.route.methods.joined(separator: ", ")
      throw ControlRefusal(
        405, .methodNotAllowed, "\(name) has no meaning here. Use one of \(allowed)."
      ).with(.allow, allowed)
    }
    verb =
      switch head.method {
      case .put: .put
      case .patch: .patch
      case .delete: .delete
      case .post: .post
      default: .get
      }
    condition = try ControlCondition(head.fields)
  }
}
