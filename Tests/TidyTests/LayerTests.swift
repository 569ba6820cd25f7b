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
        return file.imports(from: rooms).filter { !listed.contains($0.room) }.map {
          Finding(
            file.path, $0.index + 1,
            "imports \($0.room), which the table does not list for \(file.target)")
        }
      })
  }

  @Test("a fuzz room lists every module that its modules and its files import, lowest first")
  func fuzzRooms() throws {
    let rooms = try #require(tree.files.first { $0.path == "Package.swift" }).rooms()
    let lists = tree.files.filter { $0.path.hasPrefix("Tests/Fuzz/") && $0.stem == "room" }
    #expect(lists.count > 5)
    report(lists.flatMap { missing(in: $0, of: rooms) })
  }

  /// What cannot be compiled where it stands in a fuzz room's list, because what it imports does not
  /// stand above it.
  private func missing(in list: SourceFile, of rooms: [String: Set<String>]) -> [Finding] {
    let folder = String(list.path.dropLast("room".count))
    var above: Set<String> = []
    var findings: [Finding] = []
    func look(at files: [SourceFile], line: Int) {
      let imported = Set(files.flatMap { $0.imports(from: rooms).map(\.room) })
      for room in imported.subtracting(above).sorted() {
        let name = files.count == 1 ? files[0].path : files.first?.target ?? ""
        findings.append(
          Finding(list.path, line, "\(name) imports \(room), which is not listed above it"))
      }
    }
    for (index, line) in list.lines.enumerated() where !line.hasPrefix("#") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 1 else { continue }
      let path = words[1]
      let files = tree.swift.filter { $0.path == path || $0.path.hasPrefix("Sources/\(path)/") }
      look(at: files, line: index + 1)
      if words[0] == "module" { above.insert(String(path.split(separator: "/").last ?? "")) }
    }
    for target in tree.tests where target.path.hasPrefix(folder) { look(at: [target], line: 0) }
    return findings
  }
}

extension SourceFile {
  /// The rooms that it imports, each with the index of its line.
  fileprivate func imports(from rooms: [String: Set<String>]) -> [(index: Int, room: String)] {
    code.enumerated().compactMap { index, line in
      let words = line.split(separator: " ")
      guard words.count <= 3, words.dropLast().last == "import", let room = words.last,
        rooms[String(room)] != nil
      else { return nil }
      return (index, String(room))
    }
  }

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
