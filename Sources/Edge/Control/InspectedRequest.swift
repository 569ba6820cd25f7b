// A request that is only looked at, from what the operator says of it.

package import HTTP
package import Runtime
import Zones
import Primitives

/// Makes the head of a request of a URL, a method and fields, by the parser that reads those of clients,
/// so that it is understood as theirs are.
package enum InspectedRequest {
  /// The head of a request for `url` (http or https; https if it does not say), with `lines` of the form
  /// `Name: value`.
  package static func head(
    _ url: String, method: String, lines: [String]
  ) throws(ControlRefusal) -> RequestHead {
    let parts: URLText
    do throws(Hostname.Fault) { parts = try URLText(url) } catch {
      throw refusal("url", "\(error.problem). \(error.remedy)")
    }
    guard ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].contains(method) else {
      throw refusal("method", "is \"\(method)\". Give GET, HEAD or another method in capitals.")
    }
    let authority = String(decoding: parts.authority, as: UTF8.self)
    let path = String(decoding: parts.path, as: UTF8.self)
    var text = "\(method) \(path) HTTP/1.1\r\nHost: \(authority)\r\n"
    for line in lines {
      guard line.contains(":"), !line.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 }) else {
        throw refusal("fields", "has \"\(line)\". Give fields as Name: value.")
      }
      text += line + "\r\n"
    }
    return try parse(Array((text + "\r\n").utf8), parts.scheme ?? .https)
  }

  /// The address of the client that makes the request.
  package static func client(_ text: String) throws(ControlRefusal) -> SocketAddress {
    guard let address = SocketAddress(host: text, port: 0) else {
      throw refusal("client", "is \"\(text)\". Give an address, as 192.0.2.1 or 2001:db8::1.")
    }
    return address
  }

  private static func parse(
    _ bytes: [UInt8], _ scheme: RequestHead.Scheme
  ) throws(ControlRefusal) -> RequestHead {
    var parser = HTTP1RequestParser(scheme: scheme)
    var head = RequestHead()
    do throws(HTTPParseError) {
      guard try parser.parse(bytes.span, into: &head) == bytes.count else {
        throw .requestLineTooLong
      }
    } catch {
      throw ControlRefusal(
        400, .invalidQuery,
        "Such a request is refused with \(error.status) (\(error)): it never reaches the cache.")
    }
    return head
  }

  private static func refusal(_ key: String, _ message: String) -> ControlRefusal {
    ControlRefusal(400, .invalidQuery, message, path: key)
  }
}
