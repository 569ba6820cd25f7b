// Answers to what can't be understood as a request.

import HTTP
import Primitives

/// The response to bytes that are no request: nothing of them is repeated.
enum HTTP1ErrorResponse {
  /// Appends a whole response of `status` that closes the connection.
  static func write(status: UInt16, to output: inout [UInt8]) {
    let text: StaticString =
      switch status {
      case 408: "The request did not come in time.\n"
      case 414: "The request target is too long.\n"
      case 431: "The request's header section is too large.\n"
      case 501: "The transfer coding or method is not supported.\n"
      case 505: "The HTTP version is not supported.\n"
      default: "The request is malformed.\n"
      }
    output.append(addingCapacity: HTTP1HeadWriter.mostStatusLineBytes) {
      HTTP1HeadWriter.appendStatusLine(status, to: &$0)
    }
    output.append("Content-Type: text/plain; charset=utf-8\r\nContent-Length: ")
    output.appendDecimal(UInt64(text.utf8CodeUnitCount))
    output.append("\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n")
    output.append(text)
  }
}
