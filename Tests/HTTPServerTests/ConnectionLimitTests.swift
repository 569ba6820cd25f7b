// How many connections there may be.

import Testing

@testable import HTTPServer

@Suite("The bound of connections") struct ConnectionLimitTests {
  @Test("loops share the process's descriptors, and an eighth is left for others")
  func descriptors() {
    #expect(HTTPServerLimits.connections(descriptors: 20_000, loops: 1) == 17_500)
    #expect(HTTPServerLimits.connections(descriptors: 20_000, loops: 2) == 8_750)
    #expect(
      HTTPServerLimits.connections(descriptors: Int.max, loops: 4)
        == HTTPServerLimits.connectionsPerLoop)
  }

  @Test("no source may hold all, and every source may have one") func sources() {
    for limit in [2, 100, 17_500] { #expect(HTTPServerLimits.sourceShare(of: limit) < limit) }
    #expect(HTTPServerLimits.sourceShare(of: 1) == 1)
  }
}
