// Who may ask, for what, how.

import ConfigurationTree
import Control
import HTTP
import Testing

@Suite("Control: access and addresses") struct ControlAccessTests {
  @Test(
    "without the right token every request is refused, whatever it asks for",
    arguments: [
      "", "Authorization: Bearer wrong\n", "Authorization: Basic \(ControlServer.token)\n",
      "Authorization: Bearer \(ControlServer.token)x\n", "Authorization: Bearer\n",
      "Authorization: \(ControlServer.token)\n",
    ])
  func tokens(field: String) async throws {
    try await ControlServer.with { server in
      let answer = try await server.raw(
        "GET /v1/status HTTP/1.1\nHost: x\n\(field)Connection: close\n\n")
      #expect(answer.hasPrefix("HTTP/1.1 401 "))
      #expect(answer.lowercased().contains("www-authenticate: bearer"))
      #expect(answer.contains("\"code\":\"unauthorized\""))
    }
  }

  @Test("the scheme's case and more spaces before the token do not matter")
  func scheme() async throws {
    try await ControlServer.with { server in
      let answer = try await server.raw(
        "GET /v1/status HTTP/1.1\nHost: x\nAuthorization: bEARER   \(ControlServer.token)\n"
          + "Connection: close\n\n")
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test("an unknown path is 404 and says where the API is")
  func unknownPath() async throws {
    try await ControlServer.with { server in
      for path in ["/", "/v2/status", "/v1/zones/", "/v1/zones/a/b", "/v1/status/"] {
        let answer = try await server.ask(.get, path)
        #expect(answer.status == 404)
        #expect(answer.faults[0].message.contains("/v1/zones"))
      }
    }
  }

  @Test(
    "a method without meaning is 405 and says which have one",
    arguments: [
      ("POST", "/v1/status", "GET, HEAD"), ("GET", "/v1/apply", "POST"),
      ("POST", "/v1/zones/a.example", "GET, HEAD, PUT, PATCH, DELETE"),
      ("BREW", "/v1/stop", "POST"),
    ])
  func methods(method: String, path: String, allowed: String) async throws {
    try await ControlServer.with { server in
      let answer = try await server.raw(
        "\(method) \(path) HTTP/1.1\nHost: x\n\(ControlServer.authorization)\nConnection: close\n\n"
      )
      #expect(answer.hasPrefix("HTTP/1.1 405 "))
      #expect(answer.contains("Allow: \(allowed)\r\n"))
      #expect(server.backend.stops == 0)
    }
  }

  @Test("HEAD is GET without its content")
  func head() async throws {
    try await ControlServer.with { server in
      let answer = try await server.raw(
        "HEAD /v1/zones HTTP/1.1\nHost: x\n\(ControlServer.authorization)\nConnection: close\n\n")
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
      #expect(answer.contains("Content-Type: application/json\r\n"))
      #expect(answer.hasSuffix("\r\n\r\n"))
    }
  }

  @Test("what is no JSON is 400 with line and column")
  func json() async throws {
    try await ControlServer.with { server in
      let body = "{\r\n  \"zones\": nonsense}"
      let answer = try await server.raw(
        "POST /v1/apply HTTP/1.1\nHost: x\n\(ControlServer.authorization)\nConnection: close\n"
          + "Content-Length: \(body.utf8.count)\n\n" + body.replacing("\r\n", with: "\n"))
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
      #expect(answer.contains("\"code\":\"invalidJSON\""))
      #expect(answer.contains("\"line\":2"))
    }
  }

  @Test("a change without content is refused, and so is one that is announced too large")
  func bodies() async throws {
    try await ControlServer.with { server in
      let empty = try await server.ask(.put, "/v1/zones/a.example")
      #expect(empty.status == 400)
      let large = try await server.raw(
        "PUT /v1/zones/a.example HTTP/1.1\nHost: x\n\(ControlServer.authorization)\n"
          + "Connection: close\nContent-Length: \(ControlLimits.bodyBytes + 1)\n\n")
      #expect(large.hasPrefix("HTTP/1.1 413 "))
    }
  }

  @Test("an unknown or wrong key of the query is refused, with the nearest known one")
  func query() async throws {
    try await ControlServer.with { server in
      let unknown = try await server.ask(.get, "/v1/zones?limt=3&what=1")
      #expect(unknown.status == 400)
      #expect(unknown.faults.map(\.path) == ["limt", "what"])
      #expect(unknown.faults[0].message.contains("Did you mean limit?"))
      let wrong = try await server.ask(.get, "/v1/zones?limit=0")
      #expect(wrong.faults[0].path == "limit")
      let flag = try await server.ask(.get, "/v1/zones?complete=maybe")
      #expect(flag.status == 400)
    }
  }

  @Test("targets are taken apart with their percent encoding")
  func targets() throws {
    let target = try ControlTarget("/v1/zones?after=a%2Eexample&limit=7")
    #expect(target.route == .zones)
    #expect(target.query == ["after": "a.example", "limit": "7"])
    #expect(try ControlTarget("/v1/zones/%61.example").route == .zone(name: "a.example"))
    #expect(throws: ControlRefusal.self) { try ControlTarget("/v1/zones/%+1") }
    #expect(throws: ControlRefusal.self) { try ControlTarget("/v1/zones/a%2fb") }
    #expect(throws: ControlRefusal.self) { try ControlTarget("/v1/zones?after=%ff") }
  }
}
