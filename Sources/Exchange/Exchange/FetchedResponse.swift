// What a source answers.

package import HTTP

/// What a source answers. The head has no hop-by-hop fields and none that frame the message.
package struct FetchedResponse: @unchecked Sendable {
  // The body is confined to the loop that fetched.
  package var head: ResponseHead
  package var body: ResponseBody
  /// The length that the sender announced; nil if it announced none.
  package var contentLength: UInt64?

  package init(head: ResponseHead, body: ResponseBody, contentLength: UInt64?) {
    self.head = head
    self.body = body
    self.contentLength = contentLength
  }

  /// The body, which is not the response's any more.
  package mutating func takeBody() -> ResponseBody {
    var taken = ResponseBody.none
    swap(&taken, &body)
    return taken
  }
}
