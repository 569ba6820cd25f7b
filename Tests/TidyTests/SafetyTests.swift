// The house rules on what code may do: no traps on input, unsafe code in its place, layers kept.

import Testing

@Suite("House rules: safety") struct SafetyTests {
  let tree: SourceTree

  init() throws { tree = try SourceTree.shared.get() }

  @Test("nothing traps on input or drops the reason of a failure") func traps() throws {
    let banned: [(pattern: String, advice: String)] = [
      (#"\btry!"#, "try! traps: throw the target's error"),
      (#"\bas!"#, "as! traps: use a closed enum or a checked cast"),
      (#"\bfatalError\("#, "fatalError ends every tenant's service: throw the target's error"),
      (#"[\w\)\]\"]!(?![=\w])"#, "a forced unwrap traps: use guard let"),
    ]
    report(
      try tree.sources.flatMap { file in
        try banned.flatMap { rule in
          try file.matches(rule.pattern).map { Finding(file.path, $0.index + 1, rule.advice) }
        }
          + file.matches(#"\btry\?"#).filter { !file.hasComment(at: $0.index) }.map {
            Finding(
              file.path, $0.index + 1,
              "try? drops the reason: handle the error, or say in a comment above why none is needed"
            )
          }
      })
  }

  @Test("what a lane starts has no capture list, with which it would lose its lane")
  func startsWithoutCaptureLists() throws {
    report(
      try (tree.sources + tree.tests).flatMap { file in
        try file.matches(#"\.start \{ \["#).map {
          Finding(file.path, $0.index + 1, "write lane.start { await self.run() }")
        }
      })
  }

  @Test("nothing is left to do") func leftovers() {
    report(
      (tree.sources + tree.tests).flatMap { file in
        file.lines.indices.filter {
          // The pattern is written so that it does not find itself.
          file.lines[$0].firstMatch(of: /\b(TO[D]O|FIX[M]E|XX[X])\b/) != nil
        }.map {
          Finding(file.path, $0 + 1, "do it now, or open an issue and write its number here")
        }
      })
  }

  @Test("unsafe code stands only in System and Primitives") func unsafePlaces() throws {
    report(
      try tree.sources.filter { $0.layer != "System" && $0.layer != "Primitives" }.flatMap { file in
        try file.matches(#"(?<![(.\w@])(unsafe)\b(?!:)"#).map {
          Finding(
            file.path, $0.index + 1,
            "unsafe code belongs under System/ or Primitives, behind a safe interface")
        }
      })
  }

  @Test("what the compiler can't check says why it holds") func uncheckedReasons() throws {
    report(
      try tree.sources.flatMap { file in
        try file.matches(
          #"@unchecked Sendable|nonisolated\(unsafe\)|: UncountedReference|= UncountedReference<"#
        ).filter {
          !file.hasComment(at: $0.index)
        }.map {
          Finding(
            file.path, $0.index + 1,
            "\($0.groups[0]) needs a comment on the line above that says why it holds")
        }
      })
  }

  @Test("Foundation is imported only by Control and Programs, SwiftNIO by nobody")
  func libraries() throws {
    report(
      try tree.sources.flatMap { file in
        try file.matches(#"^\s*(?:\w+ )?import (?:\w+ )?(Foundation\w*|NIO\w*|Dispatch)\b"#).filter
        {
          let free = file.layer == "Programs" || file.target == "Control"
          return !(free && $0.groups[1].hasPrefix("Foundation"))
        }.map {
          Finding(
            file.path, $0.index + 1,
            "\($0.groups[1]) is not for this room: Foundation only in Control and Programs")
        }
      })
  }

  @Test("each foreign room has one importer, and every other library too") func foreign() throws {
    var importers: [String: Set<String>] = [:], places: [String: (String, Int)] = [:]
    for file in tree.sources {
      for match in try file.matches(#"^\s*(?:@\w+ )?(?:\w+ )?import (C[A-Z]\w+|c\w+|Yams)\b"#) {
        importers[match.groups[1], default: []].insert(file.target)
        places[match.groups[1]] = (file.path, match.index + 1)
      }
    }
    report(
      importers.filter { $0.value.count > 1 }.map { name, targets in
        Finding(
          places[name]?.0 ?? "", places[name]?.1 ?? 0,
          "\(name) is imported by \(targets.sorted().joined(separator: ", ")): one wrapper only")
      })
  }

  @Test("no two foreign rooms declare the same C function") func symbols() throws {
    var owners: [String: String] = [:]
    var findings: [Finding] = []
    for file in tree.files where file.isC && file.path.hasSuffix(".h") && file.isSource {
      for match in try file.matches(#"\b(skerry_\w+)\("#) {
        let other = owners.updateValue(file.target, forKey: match.groups[1])
        guard let other, other != file.target else { continue }
        findings.append(
          Finding(
            file.path, match.index + 1,
            "\(match.groups[1]) is a function of \(other) too, and the linker knows one: rename it")
        )
      }
    }
    report(findings)
  }

  @Test("a test neither sleeps nor waits by the clock") func sleeps() throws {
    report(
      try tree.tests.flatMap { file in
        try file.matches(#"\b(Task\.sleep|usleep|nanosleep|sleep)\("#).filter {
          !file.hasComment(at: $0.index)
        }.map {
          Finding(file.path, $0.index + 1, "wait for the event itself, or use the virtual clock")
        }
      })
  }

  @Test("every type and every package function has a doc comment") func documentation() throws {
    report(
      try tree.sources.flatMap { file in
        try file.matches(documented).filter { match in
          !exempt.contains { match.groups[0].contains($0) }
            && !witnesses.contains { match.groups[0].hasSuffix(" func " + $0) }
            && !file.hasComment(at: match.index, documentation: true)
        }.map {
          let name = $0.groups[0].split(separator: " ").last ?? ""
          return Finding(
            file.path, $0.index + 1, "\(name) needs a doc comment (///): one sentence of purpose")
        }
      })
  }
}

private let modifiers = #"(?:@\w+(?:\([^)]*\))?\s+|[a-z]+(?:\([a-z]+\))?\s+)*"#
/// Types of any access, and functions that cross a target; operators explain themselves.
private let documented =
  #"^\s*"# + modifiers + #"(?:struct|enum|actor|protocol|class)\s+[A-Z]\w*"#
  + #"|^\s*"# + modifiers + #"(?:package|public|open)\s+"# + modifiers + #"func\s+[`\w]+"#
/// Witnesses of the standard library's protocols, whose meaning is documented there.
private let exempt = [
  "enum CodingKeys", "func hash", "func encode", "func makeIterator", "func next", "func run",
  "override ",
  "func asUnownedSerialExecutor", "func isIsolatingCurrentContext",
]
/// Witnesses of our own protocols, whose requirements say it all: `Stage`, `ExchangeHandler`,
/// `ResponseSource`.
private let witnesses = ["evaluate", "handle", "fetch"]
