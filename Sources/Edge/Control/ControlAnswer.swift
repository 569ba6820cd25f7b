// An answer of the API.

package import ConfigurationTree
import Exchange
import HTTP
import Primitives

/// Status, fields and JSON text of an answer: `{"result": ...}`, with `notes` beside it if there is
/// something to know, or `{"errors": [...]}`.
package struct ControlAnswer: Sendable {
  package var status: UInt16
  package var fields: [ControlField]
  package var body: [UInt8]
  private var result: ConfigurationValue?
  private var notes: [String] = []

  /// The answer to a request that was done.
  package init(_ result: ConfigurationValue, status: UInt16 = 200, fields: [ControlField] = []) {
    self.status = status
    self.fields = fields
    self.result = result
    body = JSONWriter.write(.object([("result", result)]))
  }

  /// The answer to a request that was refused.
  package init(_ refusal: ControlRefusal) {
    status = refusal.status
    fields = refusal.fields
    body = JSONWriter.write(.object([("errors", .array(refusal.faults.map(\.tree)))]))
  }

  /// Adds something that the operator should know, though all was done.
  package mutating func add(_ note: String) {
    guard let result else { return }
    notes.append(note)
    let texts = notes.map { ConfigurationValue.string($0) }
    body = JSONWriter.write(.object([("result", result), ("notes", .array(texts))]))
  }

  /// Makes this the response of `exchange`.
  func write(to exchange: Exchange) {
    exchange.response.reset()
    exchange.response.status = status
    exchange.response.fields.append(.contentType, "application/json")
    exchange.response.fields.append(.cacheControl, "no-store")
    for field in fields {
      exchange.response.fields.append(field.name) { $0.append(contentsOf: field.value.utf8) }
    }
    exchange.response.contentLength = UInt64(body.count)
    exchange.response.body = .bytes(Bytes(body))
  }
}
