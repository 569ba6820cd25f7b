// What hostnames promise.

import Testing
import Zones

@Suite struct HostnameTests {
  @Test(
    "names of letters, digits and hyphens are taken",
    arguments: [
      ("example.org", "example.org"), ("WWW.Example.ORG", "www.example.org"),
      ("*.example.org", "*.example.org"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
      ("localhost", "localhost"), ("a-b.c1.d", "a-b.c1.d"), ("1.2.3.4a", "1.2.3.4a"),
    ])
  func namesOfLettersDigitsAndHyphensAreTaken(text: String, expected: String) throws {
    #expect(try Hostname(parsing: text).description == expected)
  }

  @Test(
    "other names are refused with advice",
    arguments: [
      ("", "is empty"),
      ("a..b", "empty label"),
      (".a", "empty label"),
      ("a.", "Leave the dot at the end out"),
      ("-a.b", "hyphen"),
      ("a-.b", "hyphen"),
      ("a_b.c", "has \"_\" in it"),
      ("a.b:80", "without port or path"),
      ("http://a.b/c", "Write the name only: a.b."),
      ("127.0.0.1", "looks like an address"),
      ("*", "the whole first label"),
      ("w*.a.b", "the whole first label"),
      ("a.*.b", "the whole first label"),
      ("*.*.b", "the whole first label"),
      ("bücher.example", "probably xn--bcher-kva.example"),
      ("München.例え.jp", "probably xn--mnchen-3ya.xn--r8jz45g.jp"),
      (String(repeating: "a", count: 64) + ".b", "Labels have at most 63"),
      (String(repeating: "a.", count: 127) + "b", "Names have at most 253"),
    ])
  func otherNamesAreRefusedWithAdvice(text: String, advice: String) {
    let fault = #expect(throws: Hostname.Fault.self) { try Hostname(parsing: text) }
    #expect(fault.map { "\($0.problem). \($0.remedy)" }?.contains(advice) == true)
  }

  // RFC 3492 section 7.1 (B), (L), (P), in lower case.
  @Test(
    "the ASCII form is RFC 3492's",
    arguments: [
      ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
      ("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
      ("majiでkoiする5秒前", "xn--majikoi5-783gue6qz075azm5e"),
    ])
  func theAsciiFormIsRfc3492S(label: String, expected: String) {
    let fault = #expect(throws: Hostname.Fault.self) { try Hostname(parsing: label + ".jp") }
    #expect(fault?.remedy == "Write its ASCII form, probably \(expected).jp.")
  }

  @Test(
    "a certificate's star stands for one label",
    arguments: [
      ("a.b.c", "a.b.c", true), ("a.b.c", "*.b.c", true), ("a.b.c", "A.B.C", true),
      ("a.b.c", "*.c", false), ("b.c", "*.b.c", false), ("*.b.c", "*.b.c", true),
      ("*.b.c", "b.c", false), ("a.b.c", "b.c", false), ("*.b.c", "*.c", false),
    ])
  func aCertificateSStarStandsForOneLabel(
    name: String, pattern: String, isCovered: Bool
  ) throws {
    #expect(try Hostname(parsing: name).isCovered(by: pattern) == isCovered)
  }
}
