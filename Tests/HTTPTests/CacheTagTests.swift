// The tags of responses.

import HTTP
import Primitives
import Testing

@Suite struct CacheTagTests {
  static let cases: [([(String, String)], [String])] = [
    ([], []),
    ([("Cache-Tag", "a")], ["a"]),
    ([("cache-tag", "a, b ,,c d,\te"), ("Cache-Tag", "F")], ["a", "b", "c d", "e", "F"]),
    ([("Surrogate-Key", "a  b\tc,d")], ["a", "b", "c", "d"]),
    ([("Surrogate-Key", "x"), ("Cache-Tag", "x"), ("X-Cache-Tag", "y")], ["x", "x"]),
    ([("Cache-Tag", " , ,"), ("Surrogate-Key", " ,\t")], []),
    ([("Cache-Tag", "\"a, b\"")], ["\"a", "b\""]),
  ]

  @Test(arguments: cases)
  func `Cache-Tag is separated by commas, Surrogate-Key by white space`(
    _ lines: [(String, String)], _ tags: [String]
  ) {
    var fields = FieldBlock()
    for (name, value) in lines { fields.append(name, value) }
    var found: [String] = []
    CacheTags.forEach(in: fields) { tag in
      var copy: [UInt8] = []
      copy.append(tag)
      found.append(String(decoding: copy, as: UTF8.self))
    }
    #expect(found == tags)
    fields.removeTags()
    #expect(!fields.hasTags && !fields.contains(.cacheTag) && !fields.contains(.surrogateKey))
  }

  @Test(arguments: ["a", "a b", "a\tb", "ä", "\"x\"", "a/b:c"])
  func `what fields can carry is a tag`(_ tag: String) {
    let isTag = CacheTags.isTag(Array(tag.utf8).span)
    #expect(isTag)
  }

  @Test(arguments: ["", " ", " a", "a ", "a,b", "\ta", "a\nb", "\u{7f}"])
  func `what they can't carry is none`(_ tag: String) {
    let isTag = CacheTags.isTag(Array(tag.utf8).span)
    #expect(!isTag)
  }
}
