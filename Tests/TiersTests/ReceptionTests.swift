// What becomes of what a peer sends.

import HTTP
import Primitives
import Testing

@testable import Tiers

@Suite("Requests of peers")
struct ReceptionTests {
  /// What becomes of a request to west-0, as a word.
  private func outcome(
    _ method: HTTPMethod = .get, _ path: String = "/o/1", authority: String = "a.test",
    hops: String? = "e0-0", certified: String = "e0-0", isCurrent: Bool = true
  ) throws -> String {
    let topology = try TierTopology.fleet(edges: 2, regions: 1)
    var request = RequestHead()
    request.method = method
    request.authority = Array(authority.utf8)
    request.path = Array(path.utf8)
    if let hops {
      request.fields.append("Skerry-Peer", "hops=\"\(hops)\", proto=https, id=1")
    }
    let own = try #require(topology.servers(of: .regional).first)
    let reception = PeerReception(
      request, to: topology.servers[own].name, in: topology, isCurrent: isCurrent
    ) { $0 == certified }
    switch reception {
    case .message(let subject, let sender): return "\(subject) of \(sender)"
    case .request(let field): return "request, \(field.hops.count) hops"
    case .refused(let refusal): return "\(refusal)"
    }
  }

  @Test("a client's request that a peer passes on is taken once all purges are there")
  func requests() throws {
    #expect(try outcome() == "request, 1 hops")
    #expect(try outcome(hops: "e1-0 e0-0") == "request, 2 hops")
    #expect(try outcome(isCurrent: false) == "notCurrent")
  }

  @Test("who does not say who it is, or says that it is another, gets nothing")
  func strangers() throws {
    #expect(try outcome(hops: nil) == "anonymous")
    #expect(try outcome(hops: "") == "anonymous")
    #expect(try outcome(certified: "e1-0") == "impostor")
    #expect(try outcome(hops: "e9-0", certified: "e9-0") == "impostor")
    #expect(try outcome(hops: "e0-0 e1-0") == "impostor", "the last hop is who asks")
  }

  @Test("messages are taken by their names, also by a server that has not all purges")
  func messages() throws {
    let topology = try TierTopology.fleet(edges: 2, regions: 1)
    let own = topology.servers[try #require(topology.servers(of: .regional).first)].name
    func sent(_ method: HTTPMethod, _ path: String) throws -> String {
      try outcome(method, path, authority: own, isCurrent: false)
    }
    for subject in PeerMessage.Subject.allCases {
      #expect(try sent(.post, subject.rawValue) == "\(subject) of e0-0")
      #expect(try sent(.get, subject.rawValue) == "noMessage")
    }
    #expect(try sent(.post, "/o/1") == "noMessage")
    #expect(try outcome(.post, "/purge") == "request, 1 hops", "a client may ask for that path")
  }
}
