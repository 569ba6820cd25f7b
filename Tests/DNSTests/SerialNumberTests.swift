// Serial numbers: RFC 1982.

import DNS
import Primitives
import Testing

@Suite("Serial numbers") struct SerialNumberTests {
  @Test(
    "what comes later is what is less than half the way round ahead",
    arguments: [
      (1, 0, true), (0, 1, false), (44, 0, true), (100, 44, true), (0, 0, false),
      (0, 0xffff_ffff, true), (100, 0xffff_ff00, true), (0x7fff_ffff, 0, true),
      (0x8000_0000, 0, false), (0, 0x8000_0000, false), (0x8000_0001, 0, false),
      (0x8000_0001, 1, false), (0x8000_0000, 1, true),
    ] as [(UInt32, UInt32, Bool)])
  func order(one: UInt32, other: UInt32, isLater: Bool) {
    #expect(SerialNumber(one).follows(SerialNumber(other)) == isLater)
  }

  @Test("the next number is later, also after the last") func next() {
    for value in [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as [UInt32] {
      let serial = SerialNumber(value)
      #expect(serial.next.follows(serial) && !serial.follows(serial.next))
    }
    #expect(SerialNumber(.max).next == SerialNumber(0))
  }

  @Test("it is read from the content of a SOA, and from nothing else") func content() {
    let soa = [UInt8](repeating: 0, count: 2) + [0, 0, 1, 2] + [UInt8](repeating: 9, count: 16)
    func read(_ content: [UInt8]) -> SerialNumber? { SerialNumber(soa: content.span) }
    #expect(read(soa) == SerialNumber(258))
    #expect(read(Array(soa.dropLast())) == nil && read([]) == nil)
  }
}
