// A database of countries whose file is replaced, damaged and gone while the edge runs.

import Foundation
import Testing

@testable import skerry

@Suite("The file of countries") struct CountryFileTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "skerry-countries-\(UInt64.random(in: 0...(.max)))")
  private var file: URL { folder.appendingPathComponent("countries.mmdb") }

  private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fuzz/Location/corpus/Database")

  /// Puts a database of the corpus in the place of the file, as a new file; its first bytes only.
  private func put(_ name: String, bytes: Int = .max) throws {
    let content = try Data(contentsOf: Self.corpus.appendingPathComponent(name))
    try content.prefix(bytes).write(to: file, options: .atomic)
  }

  /// What a look says, in a word.
  private func look(_ countries: CountryFile) -> String {
    switch countries.look() {
    case .unchanged: "unchanged"
    case .replaced: "replaced"
    case .failed(let text): text
    }
  }

  private func withFile(_ body: (CountryFile) throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      // Nothing depends on it: the folder is one of the system's temporary ones.
      try? FileManager.default.removeItem(at: folder)
    }
    try put("ipv4")
    try body(CountryFile(file.path))
  }

  @Test func `another file is read when it has been the same for two looks, and once`() throws {
    try withFile { countries in
      #expect(look(countries) == "unchanged" && look(countries) == "unchanged")
      try put("both")
      #expect(look(countries) == "unchanged")
      try put("ipv4")
      #expect(look(countries) == "unchanged")
      #expect(look(countries) == "replaced")
      #expect(look(countries) == "unchanged")
    }
  }

  @Test func `a file that can't be used is told once, until it is another one`() throws {
    try withFile { countries in
      try put("both", bytes: 100)
      #expect(look(countries) == "unchanged")
      #expect(look(countries).contains("is no database in MaxMind DB format"))
      #expect(countries.problem?.contains("stays in use") == true)
      #expect(look(countries) == "unchanged" && countries.problem != nil)
      try put("systems")
      #expect(look(countries) == "unchanged")
      #expect(look(countries).contains("have no country"))
      try put("both")
      #expect(look(countries) == "unchanged")
      #expect(look(countries) == "replaced" && countries.problem == nil)
    }
  }

  @Test func `a file that goes away and comes back is as good as before`() throws {
    try withFile { countries in
      let aside = folder.appendingPathComponent("aside")
      try FileManager.default.moveItem(at: file, to: aside)
      #expect(look(countries).contains("does not exist"))
      #expect(look(countries) == "unchanged" && countries.problem != nil)
      try FileManager.default.moveItem(at: aside, to: file)
      #expect(look(countries) == "unchanged" && countries.problem == nil)
    }
  }

  @Test func `what is no file is refused`() throws {
    #expect(CountryFile.problem("/nowhere/countries.mmdb")?.text == "does not exist")
    #expect(CountryFile.problem("/tmp")?.text == "is a folder, not a file")
    #expect(CountryFile.problem("/dev/zero")?.text == "is no ordinary file")
  }
}
