// XML answers.

import HTTP
import Primitives
import Testing

@testable import Reserve

struct StoreDocumentTests {
  private func read(_ text: String) -> StoreDocument? {
    StoreDocument(Array(text.utf8).span)
  }

  @Test("an error's code is found, whatever is around it") func error() {
    let document = read(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- a > comment -->
      <Error><Code>NoSuch&amp;Key&#33;</Code><Message a="b">x &lt;y&gt; &#x41;</Message><None/></Error>

      """)
    #expect(document?.first("Error/Code") == "NoSuch&Key!")
    #expect(document?.first("Error/Message") == "x <y> A")
    #expect(document?.first("Error/None") == nil)
  }

  @Test("a list gives all its names in order") func list() {
    let document = read(
      """
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>true</IsTruncated>
      <Contents><Key>a/b</Key><Size>1</Size></Contents><Contents><Key>a/c</Key></Contents>
      <CommonPrefixes><Prefix>z</Prefix></CommonPrefixes></ListBucketResult>
      """)
    #expect(document?.all("ListBucketResult/Contents/Key") == ["a/b", "a/c"])
    #expect(document?.first("ListBucketResult/IsTruncated") == "true")
  }

  @Test(
    "what is not well formed, or may be a bomb, is nothing",
    arguments: [
      "", "text", "<a>", "<a></b>", "</a>", "<a></a><b></b>", "<a>&b;</a>", "<a>&#55555555;</a>",
      "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a>&amp</a>", "< a></a>", "<a", "<a/>x", "<>",
      String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17),
      "<a>" + String(repeating: "<b>1</b>", count: 5_000) + "</a>",
      "<a>" + String(repeating: "x", count: 300_000) + "</a>",
    ])
  func malformed(text: String) { #expect(read(text) == nil) }

  @Test(
    "a store's code reaches the log short and plain",
    arguments: [
      ("NoSuchKey", "NoSuchKey"), ("A-b_c.9", "A-b_c.9"), ("a b\n\u{1b}[2J\u{e9}", "a?b???2J??"),
      (String(repeating: "x", count: 10_000), String(repeating: "x", count: 64)),
    ])
  func code(sent: String, logged: String) {
    let answer = StoreAnswer(
      status: 500, fields: FieldBlock(),
      body: Bytes(Array("<Error><Code>\(sent)</Code></Error>".utf8)))
    #expect(answer.code == logged)
    #expect(answer.fault?.text == "it answers 500 \(logged)")
  }
}
