// A zone's origin source over scripted origins.

import Exchange
import HTTP
import Origin
import Primitives
import Runtime

/// What a test asks for, and the answer in plain words.
struct OriginFixture {
  var method = "GET"
  var path = "/"
  var fields: [(String, String)] = []
  var client = ClientFacts(address: SocketAddress(ipv4: 192, 0, 2, 7, port: 4711))

  /// The outcome of one fetch.
  enum Answer: Equatable, Sendable, CustomStringConvertible {
    case response(UInt16, String)
    /// Failed before a head came.
    case failed(Failure.Kind)
    /// Failed in the body.
    case broken(UInt16, Failure.Kind)

    var description: String {
      switch self {
      case .response(let status, let body): "\(status) \(body)"
      case .failed(let kind): "failed: \(kind)"
      case .broken(let status, let kind): "\(status), broken: \(kind)"
      }
    }
  }

  static func make(
    _ addresses: [SocketAddress], lane: Lane, weights: [Int] = [],
    policy: OriginPolicy = OriginPolicy(), _ change: (inout OriginConfiguration) -> Void = { _ in }
  ) -> Origin {
    let servers = addresses.enumerated().map { index, address in
      var configuration = OriginConfiguration(scheme: .http, host: address.host, port: address.port)
      if index < weights.count { configuration.weight = weights[index] }
      change(&configuration)
      return configuration
    }
    let group = SharedRuntime.group
    let lookups = NameLookups(loop: group.storage[0], threads: [group.storage[1]])
    let resolver = OriginResolver(loop: lane.loop, lookups: lookups, reader: group.storage[0])
    return Origin(
      servers, policy: policy, lane: lane, resolver: resolver, zone: ZoneID(high: 0, low: 1))
  }

  func fetch(_ parker: Parker, body: ListBody? = nil, length: UInt64? = nil) -> Fetch {
    var head = RequestHead()
    head.method = HTTPMethod(Array(method.utf8).span)
    head.authority = Array("example.com".utf8)
    head.path = Array(path.utf8)
    for (name, value) in fields { head.fields.append(name, value) }
    let fetch = Fetch(request: head, client: client, requestID: 0xabcdef, parker: parker)
    fetch.body = body
    fetch.bodyLength = length
    return fetch
  }

  /// Fetches and reads the whole body.
  func run(
    _ origin: Origin, _ parker: Parker, body: ListBody? = nil, length: UInt64? = nil
  ) async -> Answer {
    await Self.answer(origin, fetch(parker, body: body, length: length))
  }

  static func answer(_ origin: Origin, _ fetch: Fetch) async -> Answer {
    let response: FetchedResponse
    do throws(Failure) { response = try await origin.fetch(fetch) } catch {
      return .failed(error.kind)
    }
    do throws(Failure) {
      return .response(response.head.status, try await response.text(fetch.parker))
    } catch {
      return .broken(response.head.status, error.kind)
    }
  }
}
