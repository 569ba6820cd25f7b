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
    var imported: [String: Set<String>] = [:]
    for file in tree.sources where file.isSwift {
      imported[file.target, default: []].formUnion(file.imports(from: rooms).map(\.room))
    }
    report(lists.flatMap { missing(in: $0, of: rooms, imported) })
  }

  /// What cannot be compiled where it stands in a fuzz room's list, because what it imports does not
  /// stand above it.
  private func missing(
    in list: SourceFile, of rooms: [String: Set<String>], _ imported: [String: Set<String>]
  ) -> [Finding] {
    let folder = String(list.path.dropLast("room".count))
    var above: Set<String> = []
    var findings: [Finding] = []
    func look(at name: String, _ imported: Set<String>, line: Int) {
      for room in imported.subtracting(above).sorted() {
        findings.append(
          Finding(list.path, line, "\(name) imports \(room), which is not listed above it"))
      }
    }
    func look(at file: SourceFile, line: Int) {
      look(at: file.path, Set(file.imports(from: rooms).map(\.room)), line: line)
    }
    for (index, line) in list.lines.enumerated() where !line.hasPrefix("#") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 1 else { continue }
      if words[0] == "module" {
        let module = String(words[1].split(separator: "/").last ?? "")
        look(at: module, imported[module] ?? [], line: index + 1)
        above.insert(module)
      } else {
        for file in tree.tests where file.path == words[1] { look(at: file, line: index + 1) }
      }
    }
    for target in tree.tests where target.path.hasPrefix(folder) { look(at: target, line: 0) }
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
