// What tokens may do: all routes, all permissions.

import ConfigurationTree
import Control
import HTTP
import Primitives
import Testing
import Zones

@testable import PublicAPI

@Suite("PublicAPI: scopes") struct ScopeTests {
  private static func path(_ route: APIRoute, zone: String, _ fixture: DeskFixture) -> String {
    let record = String(repeating: "a", count: 32)
    return "/"
      + route.pattern.map { part in
        switch part {
        case ":zone": zone
        case ":account": fixture.account.id.description
        case ":setting": "0rtt"
        case ":record", ":token": record
        default: part
        }
      }.joined(separator: "/")
  }

  private static func method(_ route: APIRoute) -> HTTPMethod {
    HTTPMethod(Array(route.method.utf8).span)
  }

  private static func isRefused(_ reply: DeskFixture.Reply) -> Bool {
    reply.status == 403 && reply.code == 9_109
  }

  @Test("a token with one permission gets past the door of exactly the routes that need it")
  func permissions() throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      var tried = 0
      for route in APIRoute.all where route.endpoint != .removeZone {
        for permission in Permission.allCases {
          let path = Self.path(route, zone: zone, fixture)
          let reply = try fixture.ask(
            Self.method(route), path, "{}", grants: [Grant([permission])])
          let isAllowed =
            switch route.need {
            case .nothing, .token: true
            case .zone(let needed), .someZone(let needed), .account(let needed):
              permission.includes(needed)
            }
          #expect(
            Self.isRefused(reply) != isAllowed,
            "\(route.method) \(path) by \(permission.rawValue): \(reply.status) \(reply.text)")
          tried += 1
        }
      }
      #expect(tried == (APIRoute.all.count - 1) * Permission.allCases.count)
      let others = Permission.allCases.filter { $0 != .zoneEdit }
      let kept = try fixture.ask(.delete, "/zones/\(zone)", grants: [Grant(others)])
      #expect(Self.isRefused(kept))
      #expect(try fixture.ask(.get, "/zones/\(zone)").status == 200)
    }
  }

  @Test("a token for one zone does nothing in another, nor in the account as a whole")
  func zones() throws {
    try DeskFixture.with { fixture in
      let id = try fixture.addZone("own.test")
      let own = try #require(ZoneID(id))
      let other = try fixture.addZone("other.test")
      let grants = [Grant(Permission.allCases, zones: [own])]
      for route in APIRoute.all {
        let path = Self.path(route, zone: other, fixture)
        let reply = try fixture.ask(Self.method(route), path, "{}", grants: grants)
        let isRefused =
          switch route.need {
          case .zone: true
          case .account(let needed): needed.isOfZones
          default: false
          }
        #expect(Self.isRefused(reply) == isRefused, "\(route.method) \(path): \(reply.text)")
      }
      let listed = try fixture.ask(.get, "/zones", grants: grants)
      #expect(listed.result.elements.map { $0["name"] } == [.string("own.test")])
    }
  }

  @Test("an account sees nothing of another's zones, records, tokens and log") func accounts()
    throws
  {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      try fixture.addRecord(zone, #"{"type": "A", "name": "www", "content": "192.0.2.1"}"#)
      let mallory = try DeskFixture.addAccount("Mallory", fixture.desk).account
      for route in APIRoute.all {
        let path = Self.path(route, zone: zone, fixture)
        let reply = try fixture.ask(Self.method(route), path, "{}", as: mallory)
        let isOthers = route.pattern.contains(":zone") || route.pattern.contains(":account")
        if isOthers { #expect(reply.status == 403 || reply.status == 404, "\(path)") }
        #expect(!reply.text.contains("192.0.2.1"))
        #expect(!reply.text.contains(fixture.account.email))
      }
      #expect(try fixture.ask(.get, "/zones", as: mallory).result == .array([]))
      #expect(try fixture.ask(.get, "/zones/\(zone)", as: mallory).code == 1_001)
    }
  }

  @Test("a token makes no token that may do more than itself") func escalation() throws {
    try DeskFixture.with { fixture in
      let made = try fixture.addZone()
      let zone = try #require(ZoneID(made))
      func body(_ permission: Permission, _ resource: String) -> String {
        """
        {"name": "t", "policies": [{"effect": "allow", "resources": {"\(resource)": "*"},
          "permission_groups": [{"id": "\(permission.group)"}]}]}
        """
      }
      let all = "\(APIToken.accountPrefix)\(fixture.account.id)"
      let one = "\(APIToken.zonePrefix)\(zone)"
      let grants = [Grant([.tokensEdit]), Grant([.dnsEdit], zones: [zone])]
      for (permission, resource, status) in [
        (Permission.dnsEdit, one, 200), (.dnsRead, one, 200), (.dnsEdit, all, 400),
        (.zoneEdit, one, 400), (.auditRead, all, 400), (.tokensRead, all, 200),
      ] as [(Permission, String, UInt16)] {
        let reply = try fixture.ask(
          .post, "/user/tokens", body(permission, resource), grants: grants)
        #expect(reply.status == status, "\(permission) \(resource): \(reply.text)")
      }
      // Nor does it take another's secret.
      let strong = try fixture.ask(.post, "/user/tokens", body(.zoneEdit, all))
      let id = try #require(strong.result["id"]?.text)
      let rolled = try fixture.ask(.put, "/user/tokens/\(id)/value", "{}", grants: grants)
      #expect(Self.isRefused(rolled))
    }
  }

  @Test("a secret opens until its token is removed or rolled, and is stored nowhere") func secrets()
    throws
  {
    try DeskFixture.with { fixture in
      let all = "\(APIToken.accountPrefix)\(fixture.account.id)"
      let body = """
        {"name": "t", "policies": [{"effect": "allow", "resources": {"\(all)": "*"},
          "permission_groups": [{"id": "\(Permission.dnsRead.group)"}]}]}
        """
      let made = try fixture.ask(.post, "/user/tokens", body)
      let id = try #require(made.result["id"]?.text)
      let secret = try #require(made.result["value"]?.text.flatMap { Secret($0) })
      #expect(secret.text.utf8.count == 43)
      #expect(try fixture.desk.store.principal(secret.digest)?.token?.id.description == id)
      let rolled = try fixture.ask(.put, "/user/tokens/\(id)/value", "{}")
      let second = try #require(rolled.result.text.flatMap { Secret($0) })
      #expect(try fixture.desk.store.principal(secret.digest)?.account == nil)
      #expect(try fixture.desk.store.principal(second.digest)?.account != nil)
      for path in [
        "/user/tokens", "/user/tokens/\(id)", "/accounts/\(fixture.account.id)/audit_logs",
      ] {
        let shown = try fixture.ask(.get, path).text
        #expect(!shown.contains(second.text) && !shown.contains(secret.text))
      }
      #expect(try fixture.ask(.delete, "/user/tokens/\(id)").status == 200)
      #expect(try fixture.desk.store.principal(second.digest)?.account == nil)
    }
  }
}
