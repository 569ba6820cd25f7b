// What came with a response's head.

import Exchange

/// The body of a response whose head is complete. A response itself would be copied, with each of its
/// references, by the closure that reads it.
struct ArrivedResponse {
  let body: ResponseBody
  /// The length that the origin announced; nil if it announced none.
  let contentLength: UInt64?

  init(_ body: ResponseBody, _ contentLength: UInt64?) {
    self.body = body
    self.contentLength = contentLength
  }
}
