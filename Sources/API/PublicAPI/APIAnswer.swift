// An answer of the API.

import ConfigurationTree
import Exchange
import HTTP
import Primitives

/// Status, fields and content; mostly the envelope that all clients rely on.
struct APIAnswer: Sendable {
  var status: UInt16
  var contentType = "application/json"
  var fields: [(name: String, value: String)] = []
  var body: [UInt8]

  /// The answer to a request that was done; `info` is `result_info` of lists.
  init(_ result: ConfigurationValue, info: ConfigurationValue? = nil, status: UInt16 = 200) {
    self.status = status
    body = JSONWriter.write(
      .object([
        ("success", .bool(true)), ("errors", .array([])), ("messages", .array([])),
        ("result", result), ("result_info", info),
      ]))
  }

  /// The answer to a request that was refused.
  init(_ error: APIError) {
    status = error.status
    fields = error.fields
    var faults = error.faults.map(\.tree)
    if !error.chain.isEmpty, let first = faults.first {
      faults[0] = first.merging(.object([("error_chain", .array(error.chain.map(\.tree)))]))
    }
    body = JSONWriter.write(
      .object([
        ("success", .bool(false)), ("errors", .array(faults)), ("messages", .array([])),
        ("result", APIText.null),
      ]))
  }

  /// A text.
  init(text: [UInt8]) {
    status = 200
    contentType = "text/plain; charset=utf-8"
    body = text
  }

  /// Makes this the response of `exchange`.
  func write(to exchange: Exchange) {
    exchange.response.reset()
    exchange.response.status = status
    exchange.response.fields.append(.contentType) { $0.append(contentsOf: contentType.utf8) }
    exchange.response.fields.append(.cacheControl, "no-store")
    for field in fields { exchange.response.fields.append(field.name, field.value) }
    exchange.response.contentLength = UInt64(body.count)
    exchange.response.body = .bytes(Bytes(body))
  }
}
