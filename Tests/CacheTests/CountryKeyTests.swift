// Keys by the country that a client is in.

import Exchange
import Foundation
import HTTP
import Location
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Keys by countries")
struct CountryKeyTests {
  /// 192.0.2.0/24 is in DE, 198.51.100.0/24 in JP, nothing else is known.
  private static func database(_ name: String = "ipv4") throws -> LocationDatabase {
    let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fuzz/Location/corpus/Database")
    let content = FileManager.default.contents(atPath: corpus.appendingPathComponent(name).path)
    return try LocationDatabase(Array(try #require(content)))
  }

  private static func address(_ text: String) throws -> SocketAddress {
    try #require(SocketAddress(host: text, port: 1))
  }

  /// An origin that answers with what it is told of the client.
  private static func origin() -> TestOrigin {
    TestOrigin { (fetch, _) throws(Failure) in
      var told: [String] = []
      let fields = fetch.request.fields
      for index in 0..<fields.count {
        let isNamed = fields.withName(at: index) {
          $0.equalsIgnoringCase("skerry-client-country")
        }
        guard isNamed else { continue }
        fields.withValue(at: index) { value in
          var bytes: [UInt8] = []
          bytes.append(value)
          told.append(String(decoding: bytes, as: UTF8.self))
        }
      }
      return Answer(
        fields: [("Cache-Control", "max-age=6000"), ("Vary", "Skerry-Client-Country")],
        body: told.joined(separator: ",")
      ).fetched()
    }
  }

  private func texts(
    _ cache: TestCache, _ requests: [(address: String, fields: [(String, String)])]
  ) async throws -> [String] {
    let all = try requests.map { (try Self.address($0.address), $0.fields) }
    return await SharedLoops.run { lane in
      var texts: [String] = []
      for (address, fields) in all {
        texts.append(await cache.send("GET", "/", fields, from: address, on: lane).text)
      }
      return texts
    }
  }

  @Test func `clients of one country share a response, and others have their own`() async throws {
    let origin = Self.origin()
    let cache = TestCache(origin)
    cache.configuration.settings.key.tellsCountries = true
    let database = try Self.database()
    await SharedLoops.run { _ in await cache.group.use(database) }
    let lie = ("Skerry-Client-Country", "FR")
    let told = try await texts(
      cache,
      [
        ("192.0.2.1", []), ("192.0.2.77", [lie]), ("198.51.100.1", [lie, lie]),
        ("203.0.113.1", [lie]), ("2001:db8::1", []), ("::ffff:192.0.2.9", []),
      ])
    #expect(told == ["DE", "DE", "JP", "XX", "XX", "DE"])
    #expect(origin.count == 3)
  }

  @Test func `without a database the country is XX for all, which is noted`() async throws {
    let origin = Self.origin()
    let cache = TestCache(origin)
    cache.configuration.settings.key.tellsCountries = true
    #expect(try await texts(cache, [("192.0.2.1", []), ("198.51.100.1", [])]) == ["XX", "XX"])
    #expect(origin.count == 1)
    #expect(await SharedLoops.run { _ in cache.group.shards[0].hasMissedLocations })
  }

  @Test func `another database counts from the next request on`() async throws {
    let origin = Self.origin()
    let cache = TestCache(origin)
    cache.configuration.settings.key.tellsCountries = true
    for (name, address, country) in [
      ("ipv4", "203.0.113.1", "XX"), ("both", "203.0.113.1", "FR"), ("both", "192.0.2.1", "XX"),
      ("ipv4", "192.0.2.1", "DE"), ("both", "203.0.113.2", "FR"),
    ] {
      let database = try Self.database(name)
      await SharedLoops.run { _ in await cache.group.use(database) }
      #expect(try await texts(cache, [(address, [])]) == [country])
    }
    #expect(origin.count == 3)
  }

  @Test func `where the country does not count, nobody is asked for it or told of it`() async throws
  {
    let cache = TestCache(Self.origin())
    #expect(try await texts(cache, [("192.0.2.1", [("Skerry-Client-Country", "FR")])]) == [""])
    #expect(await SharedLoops.run { _ in !cache.group.shards[0].hasMissedLocations })
  }

  @Test func `an inspection finds the country of the client that it names`() async throws {
    let cache = TestCache(Self.origin())
    cache.configuration.settings.key.tellsCountries = true
    let (database, address) = (try Self.database(), try Self.address("198.51.100.4"))
    let inspection = await SharedLoops.run { _ in
      await cache.group.use(database)
      var request = RequestHead()
      request.authority = Array("a.example".utf8)
      request.path = Array("/".utf8)
      return await cache.group.inspect(
        request, at: address, of: cache.zone, CachePolicies(cache.configuration))
    }
    #expect(inspection.tellsCountries)
    #expect(inspection.question.request.fields.count == 1)
    #expect(
      inspection.question.policy.key?.describeParts(inspection.question.request.fields).first?.value
        == "JP")
  }
}
