// The house rules on who imports whom: the sources keep to the table of Package.swift.

import Testing

@Suite("House rules: layers") struct LayerTests {
  let tree: SourceTree

  init() throws { tree = try SourceTree.shared.get() }

  @Test("a room imports only rooms that the table in Package.swift lists for it") func imports()
    throws
  {
    let rooms = try #require(tree.files.first { $0.path == "Package.swift" }).rooms()
    #expect(rooms.count > 20)
    report(
      tree.sources.flatMap { file -> [Finding] in
        let listed = rooms[file.target] ?? []
        return file.code.enumerated().compactMap { index, line -> Finding? in
          let words = line.split(separator: " ")
          guard words.count <= 3, words.dropLast().last == "import", let room = words.last,
            rooms[String(room)] != nil, !listed.contains(String(room))
          else { return nil }
          return Finding(
            file.path, index + 1,
            "imports \(room), which the table does not list for \(file.target)")
        }
      })
  }
}

extension SourceFile {
  /// The rooms of the package's table, with what each may import.
  fileprivate func rooms() -> [String: Set<String>] {
    let text = lines.joined(separator: "\n")
    var rooms: [String: Set<String>] = [:]
    for match in text.matches(of: #/\bRoom\(\s*"(\w+)",\s*(imports|c): \[([^\]]*)\]/#) {
      let names = match.output.3.matches(of: #/"(\w+)"/#).map { String($0.output.1) }
      rooms[String(match.output.1)] = match.output.2 == "imports" ? Set(names) : []
    }
    return rooms
  }
}
