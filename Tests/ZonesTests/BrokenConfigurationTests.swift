// That every fault of a configuration is found, wherever it is and however many there are.

import ConfigurationTree
import Primitives
import Testing
import Zones

/// Breaks the full example in random places and expects exactly those places to be named.
@Suite struct BrokenConfigurationTests {
  @Test(arguments: 0..<200)
  func `every broken place is named with its path, and no other`(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    var tree = try Self.example()
    var expected: Set<String> = []
    var places = Self.places(tree, "").shuffled(using: &generator)
    for _ in 0..<Int.random(in: 1...12, using: &generator) {
      guard let place = places.popLast() else { break }
      // What stands in a value that is broken is not looked at any more.
      if place.isLeaf { places.removeAll { $0.path.hasPrefix(place.path) } }
      tree = Self.breaking(tree, ArraySlice(place.steps), isLeaf: place.isLeaf)
      expected.insert(place.isLeaf ? place.path : place.path + ".unheardOf")
    }
    var decoder = ConfigurationDecoder()
    let file = ZoneFile.decode(tree, &decoder, check: nil) { _ in Samples.id(1) }
    #expect(file == nil)
    #expect(decoder.faults.map(\.path).sorted() == expected.sorted())
    #expect(decoder.faults.allSatisfy { !$0.problem.isEmpty && !$0.remedy.isEmpty })
    #expect(decoder.faults.allSatisfy { $0.position != nil || $0.path.contains("unheardOf") })
  }

  /// Config/full.yaml with the files that it names.
  static func example() throws -> ConfigurationValue {
    let text = try TestFile.read("\(ZoneFileTests.config)/full.yaml")
    let pem = Samples.certificate("EXAMPLE")
    var decoder = ConfigurationDecoder()
    return ZoneFile.resolve(
      try YAMLTree.parse(String(decoding: text, as: UTF8.self)), directory: "", &decoder
    ) { path in .success(path.hasSuffix(".key") ? pem.key?.pem ?? "" : pem.chain) }
  }

  /// A value of the tree (a leaf), or an object that can get another key.
  struct Place {
    let path: String
    let steps: [Step]
    let isLeaf: Bool
  }

  enum Step {
    case key(String)
    case index(Int)
  }

  static func places(_ value: ConfigurationValue, _ path: String, _ steps: [Step] = []) -> [Place] {
    switch value.content {
    case .object(let members):
      let own = path.isEmpty ? [] : [Place(path: path, steps: steps, isLeaf: false)]
      return members.reduce(own) { found, member in
        let name = path.isEmpty ? member.key : "\(path).\(member.key)"
        return found + places(member.value, name, steps + [.key(member.key)])
      }
    case .array(let elements):
      return elements.indices.reduce([]) { found, index in
        found + places(elements[index], "\(path)[\(index)]", steps + [.index(index)])
      }
    default:
      return [Place(path: path, steps: steps, isLeaf: true)]
    }
  }

  /// `value` with a list where `steps` lead to, or with a key there that nobody knows.
  static func breaking(
    _ value: ConfigurationValue, _ steps: ArraySlice<Step>, isLeaf: Bool
  ) -> ConfigurationValue {
    var value = value
    switch (steps.first, value.content) {
    case (nil, .object(let members)) where !isLeaf:
      value.content = .object(members + [ConfigurationMember("unheardOf", .integer(1))])
    case (nil, _):
      value.content = .array([])
    case (.key(let key)?, .object(var members)):
      for index in members.indices where members[index].key == key {
        members[index].value = breaking(members[index].value, steps.dropFirst(), isLeaf: isLeaf)
      }
      value.content = .object(members)
    case (.index(let index)?, .array(var elements)):
      elements[index] = breaking(elements[index], steps.dropFirst(), isLeaf: isLeaf)
      value.content = .array(elements)
    default: break
    }
    return value
  }
}
