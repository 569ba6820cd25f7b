// Memory that HTTP/2 connections of one loop share.

import HTTP2Engine

/// Scratch memory of all HTTP/2 connections of one loop. Confined to it.
package final class HTTP2ClientMemory: @unchecked Sendable {
  // Confined to its loop.
  let scratch = HTTP2Scratch()
  /// The header list that is being made.
  var fieldBytes: [UInt8] = []
  var table = HTTP2FieldTable()

  package init() {}
}
