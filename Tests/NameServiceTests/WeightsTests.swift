// Records that are answered one at a time.

import ConfigurationTree
import DNS
import Primitives
import Testing

@testable import NameService

@Suite("Weights")
struct WeightsTests {
  private static func decode(
    _ weights: [Int?], type: String = "A", more: [(String, ConfigurationValue)] = []
  ) -> (image: ZoneImage?, faults: [String]) {
    var decoder = ConfigurationDecoder()
    var list: [ConfigurationValue] = [
      .object([
        ("name", .string("@")), ("type", .string("NS")), ("content", .string("ns.elsewhere.")),
      ])
    ]
    for (index, weight) in weights.enumerated() {
      let content = type == "A" ? "192.0.2.\(index + 1)" : "n\(index)"
      list.append(
        .object(
          [("name", .string("w")), ("type", .string(type)), ("content", .string(content))]
            + (weight.map { [("weight", .integer($0))] } ?? []) + more))
    }
    let object = decoder.object(.object([("records", .array(list))]), keys: ["records"])
    guard let object else { return (nil, []) }
    let image = ZoneImage.decode(in: object, zone: "z.test", &decoder)
    return (image, decoder.faults.map(\.path))
  }

  private static func node(_ reader: borrowing ImageReader) throws -> Int {
    var name = CanonicalName()
    let wire = Messages.wire("w.z.test")
    _ = try name.read(wire.span, at: 0)
    return reader.locate(name).node
  }

  @Test("each record is given as often as its weight says, and any few turns are spread")
  func shares() throws {
    let image = try #require(Self.decode([5, 3, nil, 1]).image)
    let reader = ImageReader(image.bytes.span)
    let node = try Self.node(reader)
    for start in [0, 12_345, UInt32.max - 20] {
      for turns in [10, 50, 1_000] as [UInt32] {
        var counts = [0, 0, 0, 0]
        for turn in 0..<turns {
          guard let set = reader.weightedSet(.a, of: node, turn: start &+ turn) else {
            Issue.record("no record")
            return
          }
          #expect(set.contents.count == 6)
          counts[Int(image.bytes[set.contents.upperBound - 1]) - 1] += 1
        }
        for (count, weight) in zip(counts, [5, 3, 1, 1]) {
          #expect(abs(count - Int(turns) * weight / 10) <= 3, "\(counts) of \(turns)")
        }
      }
    }
  }

  @Test("weights come back as they were given, and a set without any is whole") func roundTrip()
    throws
  {
    let image = try #require(Self.decode([5, 3]).image)
    #expect(image.configuredRecords.compactMap(\.traits.weight) == [5, 3])
    #expect(ZoneImage(image.bytes) == image)
    var decoder = ConfigurationDecoder()
    let object = decoder.object(.object([("records", image.tree)]), keys: ["records"])
    #expect(ZoneImage.decode(in: try #require(object), zone: "z.test", &decoder) == image)
    let whole = try #require(Self.decode([nil, nil]).image)
    #expect(!whole.hasRules && whole.configuredRecords.allSatisfy { $0.traits.weight == nil })
  }

  @Test("weights that can't be are refused") func faults() {
    #expect(Self.decode([0]).faults == ["records[1].weight"])
    #expect(Self.decode([10_001]).faults == ["records[1].weight"])
    #expect(Self.decode([1], type: "NS").faults == ["records[1]"])
    #expect(Self.decode([1], type: "CNAME").faults == ["records[1]"])
    let places: [(String, ConfigurationValue)] = [("countries", .array([.string("DE")]))]
    #expect(Self.decode([1], more: places).faults == ["records[1]"])
  }

  @Test("records with weights are bounded by set") func bound() {
    let limit = NameServiceLimits.weightedRecords
    func faults(_ count: Int) -> [RecordFault] {
      let records =
        [TestAnswers.record("z.test", .ns, "ns.elsewhere")]
        + (0..<count).map {
          TestAnswers.record("w.z.test", .a, [10, 0, UInt8($0 >> 8), UInt8($0 & 255)])
        }
      guard let apex = try? DomainName(wire: Messages.wire("z.test").span),
        case .failure(let found) = ZoneCompiler.compile(
          apex: apex, records: records, traits: [1: RecordTraits(weight: 7)])
      else { return [] }
      return found.faults
    }
    #expect(faults(limit).isEmpty)
    #expect(faults(limit + 1).count == 1)
  }
}
