// Identities of zones: their text form both ways, their order.

import Primitives
import Testing

@Suite("Zone ID") struct ZoneIDTests {
  @Test("the text is 32 digits and reads back as the same identity") func text() throws {
    let id = ZoneID(high: 0xab, low: 0x1)
    #expect(id.description == "00000000000000ab0000000000000001")
    #expect(ZoneID(id.description) == id)
    #expect(ZoneID("00000000000000AB0000000000000001") == id)
    var generator = SplitMix64(seed: 5)
    for _ in 0..<200 {
      let random = ZoneID.random(using: &generator)
      #expect(random.description.utf8.count == 32)
      #expect(ZoneID(random.description) == random)
    }
  }

  @Test(
    "anything but 32 hexadecimal digits is no identity",
    arguments: [
      "", "0", String(repeating: "0", count: 31), String(repeating: "0", count: 33),
      String(repeating: "0", count: 31) + "g", " " + String(repeating: "0", count: 31),
      "+" + String(repeating: "0", count: 31), String(repeating: "é", count: 16),
    ])
  func refusals(text: String) {
    #expect(ZoneID(text) == nil)
  }

  @Test("identities are ordered as their texts are") func order() {
    var generator = SplitMix64(seed: 6)
    let ids =
      (0..<100).map { _ in ZoneID.random(using: &generator) }
      + [ZoneID(high: 1, low: 0), ZoneID(high: 0, low: .max), ZoneID(high: 1, low: 1)]
    let texts = ids.map(\.description).sorted()
    #expect(ids.sorted().map(\.description) == texts)
  }
}
