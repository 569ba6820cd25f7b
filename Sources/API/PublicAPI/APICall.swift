// A request of the API that was understood.

import ConfigurationTree
import Control
import HTTP
import Primitives
import Zones

/// What is asked, and by whom.
struct APICall: Sendable {
  let route: APIRoute
  let path: String
  private let parameters: [String: String]
  let query: APIQuery
  /// Nil where nobody need be known.
  var principal: Principal?
  /// The Content-Type of what comes with it.
  let contentType: String?
  var body: [UInt8] = []

  static let prefix = "/client/v4/"

  /// Reads the head of a request; who asks is told later.
  init(_ head: RequestHead) throws(APIError) {
    guard let target = String(validating: head.path, as: UTF8.self) else {
      throw APIError(400, 7_000, "The path is not UTF-8.")
    }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts.first ?? "")
    guard path.hasPrefix(Self.prefix) else { throw .noRoute(path) }
    var segments = path.dropFirst(Self.prefix.count)
      .split(separator: "/", omittingEmptySubsequences: false)
    // ddclient writes /zones/.
    if segments.last == "" { segments.removeLast() }
    let name = String(decoding: head.method.token, as: UTF8.self)
    let method = name == "HEAD" ? "GET" : name
    var allowed: [String] = []
    var found: (APIRoute, [String: String])?
    for route in APIRoute.all {
      guard let values = route.parameters(segments) else { continue }
      allowed.append(route.method)
      if route.method == method, found == nil { found = (route, values) }
    }
    guard let found else {
      guard !allowed.isEmpty else { throw .noRoute(path) }
      var error = APIError(
        405, 10_405,
        "Method \(name) not allowed for \(path): use \(allowed.joined(separator: ", "))")
      error.fields = [("Allow", allowed.joined(separator: ", "))]
      throw error
    }
    (route, parameters) = found
    query = try APIQuery(parts.count == 2 ? parts[1] : "")
    contentType = head.fields.text(.contentType)
  }

  func id(_ name: String) -> ObjectID? { parameters[":" + name].flatMap { ObjectID($0) } }

  var setting: String { parameters[":setting"] ?? "" }

  /// The content as JSON; an empty one is an empty object.
  func tree() throws(APIError) -> ConfigurationValue {
    guard !body.isEmpty else { return .object([]) }
    do throws(JSONError) {
      return try JSONParser.parse(body, maximumBytes: APILimits.bodyBytes)
    } catch {
      throw APIError(
        400, 6_007, "Malformed JSON in request body: \(error.problem) (\(error.position))")
    }
  }
}
