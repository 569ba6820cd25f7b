// The scanner that the house rules stand on, tested on the cases that mislead simple ones.

import Testing

@Suite("Code mask") struct CodeMaskTests {
  @Test(
    "comments and string contents are blanked, code is kept",
    arguments: [
      ("let a = 1 // try!", "let a = 1        "),
      ("/* a /* b */ c */ x", "                  x"),
      (#"f("a // b") + g"#, #"f("      ") + g"#),
      (#"f("a\(g("x") + 1)b")"#, #"f("   g(" ") + 1) ")"#),
      (##"f(#"a"b"#, c)"##, ##"f(#"   "#, c)"##),
      (#"f("\"", c)"#, #"f("  ", c)"#),
      ("\"\"\"\ntry!\n\"\"\" + x", "\"\"\"\n    \n\"\"\" + x"),
      ("#if os(Linux)", "#if os(Linux)"),
    ])
  func masks(text: String, expected: String) {
    #expect(CodeMask.code(of: text) == expected)
  }

  @Test("a function's extent ends at its own closing brace") func extents() throws {
    let text = """
      struct A {
        func one(_ f: () -> Void = {}) {
          if true { f() }
        }
        var two: Int { 2 }
        init(
          a: Int
        ) {
          _ = "}"
        }
      }
      protocol P { 
        func three()
        func four() -> Int
      }
      """
    let found = try SourceFile(path: "a.swift", text: text).functions()
    #expect(found.map(\.name) == ["one", "init"])
    #expect(found.map(\.lines) == [3, 5])
  }

  @Test("a doc comment may have attributes and a reason below it, but no other code")
  func documentation() {
    let text = """
      /// Purpose.
      // Confined to its loop.
      @safe
      final class A {}
      // Only a reason.
      final class B {}
      /// Of something else.
      let c = 1
      final class D {}
      """
    let file = SourceFile(path: "a.swift", text: text)
    #expect(file.hasComment(at: 3, documentation: true))
    #expect(!file.hasComment(at: 5, documentation: true))
    #expect(file.hasComment(at: 5))
    #expect(!file.hasComment(at: 8, documentation: true))
    #expect(!file.hasComment(at: 8))
  }
}
