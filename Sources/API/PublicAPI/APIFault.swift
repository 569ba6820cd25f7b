// One reason why the API refuses something.

import ConfigurationTree
import Control

/// A code that clients know, a sentence, and where it is in the request.
struct APIFault: Equatable, Sendable {
  var code: Int
  var message: String
  /// A JSON pointer (RFC 6901) into the request's content, or the name of a key of its query.
  var pointer: String?

  init(_ code: Int, _ message: String, at pointer: String? = nil) {
    self.code = code
    self.message = message
    self.pointer = pointer
  }

  /// The member of the content at `pointer` is wrong: `problem` follows its name.
  static func invalid(_ pointer: String, _ problem: String, code: Int = 9_000) -> APIFault {
    let name = pointer.split(separator: "/").joined(separator: ".")
    return APIFault(code, "\(name) \(problem)", at: pointer)
  }

  var tree: ConfigurationValue {
    .object([
      ("code", .integer(code)), ("message", .string(message)),
      ("source", pointer.map { .object([("pointer", .string($0))]) }),
    ])
  }
}
