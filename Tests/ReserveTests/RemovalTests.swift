// Removals of targets with many objects.

import Testing

@testable import Reserve

struct RemovalTests {
  private static func list(_ names: some Sequence<String>, more: Bool) throws(StoreFault)
    -> StoreDocument
  {
    var text = "<ListBucketResult><IsTruncated>\(more)</IsTruncated>"
    for name in names { text += "<Contents><Key>\(name)</Key></Contents>" }
    guard let document = StoreDocument(Array((text + "</ListBucketResult>").utf8).span) else {
      throw .malformed
    }
    return document
  }

  @Test("a removal is not over before the store has nothing left") func many() async throws {
    var names = (0..<2_350).map { "t/\($0)" }
    var turns = 0
    var isOver = false
    while !isOver, turns < 10 {
      isOver = try await ReserveNode.clear("t/") { () async throws(StoreFault) in
        let first = names.prefix(ReserveLimits.listedObjects)
        return try Self.list(first, more: first.count < names.count)
      } delete: { (name) async throws(StoreFault) in
        names.removeAll { $0 == name }
      }
      turns += 1
      #expect(isOver == names.isEmpty)
    }
    #expect(turns == 3)
  }

  @Test("a store that lists what was deleted for ever gets a pause", arguments: [[], ["t/1"]])
  func endless(names: [String]) async {
    var deletions = 0
    await #expect(throws: StoreFault.self) {
      _ = try await ReserveNode.clear("t/") { () async throws(StoreFault) in
        try Self.list(names, more: true)
      } delete: { (_) async throws(StoreFault) in
        deletions += 1
      }
    }
    #expect(deletions <= 2)
  }
}
