// The desk over a store of its own, for tests.

import ConfigurationTree
import Control
import Foundation
import HTTP
import NameService
import Primitives
import Runtime
import Testing
import Zones

@testable import PublicAPI

/// A store in a folder of the test's own, an account, and requests without sockets.
final class DeskFixture {
  let folder: String
  private(set) var zones: ZoneStore
  private(set) var desk: APIDesk
  let account: Account

  /// What a request came to.
  struct Reply {
    let status: UInt16
    let body: ConfigurationValue
    let text: String

    var result: ConfigurationValue { body["result"] ?? ConfigurationValue(.null) }
    /// The code of the first error; 0 if there is none.
    var code: Int { Int(body["errors"]?.elements.first?["code"]?.number ?? 0) }
    /// Where all faults are.
    var pointers: [String] {
      let first = body["errors"]?.elements.first
      let chain = first?["error_chain"]?.elements ?? []
      return (chain.isEmpty ? [first].compactMap { $0 } : chain).compactMap {
        $0["source"]?["pointer"]?.text
      }
    }
  }

  static let platform = PublicPlatform(
    nameServers: ["ns1.skerry.test", "ns2.skerry.test", "ns3.skerry.test"],
    addresses: [SocketAddress(ipv4: 198, 51, 100, 1, port: 0)])

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/skerry-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    zones = try Self.open(folder)
    desk = Self.desk(zones)
    account = try Self.addAccount("Alice", desk).account
  }

  private static func open(_ folder: String) throws -> ZoneStore {
    let check = CertificateCheck { _, _ in CertificateFinding(names: nil) }
    return try ZoneStore.open("\(folder)/zones", check: check).store
  }

  private static func desk(_ zones: ZoneStore) -> APIDesk {
    var desk = APIDesk(store: CustomerStore(zones), platform: platform)
    desk.mayWrite = true
    return desk
  }

  static func addAccount(
    _ name: String, _ desk: APIDesk
  ) throws -> (account: Account, key: String) {
    let secret = try #require(Secret.make())
    let now = WallTime(seconds: 1_700_000_000)
    let account = Account(
      id: .make(), name: name, email: "\(name.lowercased())@example.org", created: now)
    let entry = AuditEntry(
      account: account.id, time: now, actor: "test", action: "account.create", subject: name)
    try desk.store.add(account, key: secret, entry)
    return (account, secret.text)
  }

  /// Closes the store and opens it again.
  func reopen() throws {
    zones.close()
    zones = try Self.open(folder)
    desk = Self.desk(zones)
  }

  func close() {
    zones.close()
    do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
  }

  /// Runs `body` with a fixture of its own.
  static func with(_ body: (DeskFixture) throws -> Void) throws {
    let fixture = try DeskFixture()
    defer { fixture.close() }
    try body(fixture)
  }

  /// Asks as who has the account's key, or by `grants` alone.
  func ask(
    _ method: HTTPMethod, _ path: String, _ json: String = "", grants: [Grant]? = nil,
    as other: Account? = nil
  ) throws -> Reply {
    let account = other ?? self.account
    var token: APIToken?
    if let grants {
      token = APIToken(
        account: account.id, name: "test", grants: grants, expires: nil, digest: [],
        now: WallTime(seconds: 0))
    }
    var head = RequestHead()
    head.method = method
    head.path = Array("/client/v4\(path)".utf8)
    let answer: APIAnswer
    do throws(APIError) {
      var call = try APICall(head)
      call.principal = Principal(account: account, token: token)
      call.body = Array(json.utf8)
      answer = try desk.perform(call).answer
    } catch { answer = APIAnswer(error) }
    let text = String(decoding: answer.body, as: UTF8.self)
    let tree =
      answer.contentType == "application/json"
      ? try JSONParser.parse(answer.body) : ConfigurationValue(.null)
    return Reply(status: answer.status, body: tree, text: text)
  }

  /// Adds a zone and gives its identity.
  func addZone(_ name: String = "example.org") throws -> String {
    try #require(try ask(.post, "/zones", #"{"name": "\#(name)"}"#).result["id"]?.text)
  }

  /// Adds a record and gives its identity.
  @discardableResult func addRecord(_ zone: String, _ json: String) throws -> String {
    let reply = try ask(.post, "/zones/\(zone)/dns_records", json)
    #expect(reply.status == 200, "\(reply.text)")
    return try #require(reply.result["id"]?.text)
  }

  /// What is answered to queries of a zone, a line each.
  func answered(_ zone: String) throws -> [String] {
    let id = try #require(ZoneID(zone))
    let records = try #require(try zones.configuration(of: id)?.records)
    return records.tree.elements.map { record in
      ["name", "ttl", "type", "content"].map { key in
        record[key]?.text ?? record[key]?.number.map { String($0) } ?? ""
      }.joined(separator: " ")
    }.sorted()
  }
}
