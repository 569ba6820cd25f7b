// The token and its file.

import Control
import Foundation
import Testing

@Suite("Control: the token") struct ControlTokenTests {
  private static func withFolder(_ body: (String) throws -> Void) throws {
    let folder =
      FileManager.default.temporaryDirectory.path + "/skerry-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }
    try body(folder)
  }

  private func isShown(_ token: ControlToken, by text: String) -> Bool {
    token.isShown(by: Array(text.utf8).span)
  }

  @Test("a missing file is made for its owner only, and read again it is the same token")
  func made() throws {
    try Self.withFolder { folder in
      let path = "\(folder)/control.token"
      let token = try ControlToken.load(path)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? NSNumber == 0o600)
      #expect(try ControlToken.load(path).authorization == token.authorization)
      #expect(try ControlToken.read(path).authorization == token.authorization)
      #expect(token.authorization.utf8.count == "Bearer ".utf8.count + 64)
    }
  }

  @Test("two files get two tokens")
  func random() throws {
    try Self.withFolder { folder in
      let one = try ControlToken.load("\(folder)/one")
      let two = try ControlToken.load("\(folder)/two")
      #expect(one.authorization != two.authorization)
    }
  }

  @Test(
    "a short token or one with spaces is refused with what to do",
    arguments: ["short", "", "a token with spaces in it"])
  func bad(text: String) throws {
    try Self.withFolder { folder in
      let path = "\(folder)/token"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      #expect { try ControlToken.load(path) } throws: { error in
        "\(error)".contains(path) && "\(error)".contains("delete the file")
      }
    }
  }

  @Test("only the whole token opens")
  func comparison() {
    let token = ControlToken("0123456789abcdef")
    #expect(isShown(token, by: "Bearer 0123456789abcdef"))
    #expect(!isShown(token, by: "Bearer 0123456789abcdeg"))
    #expect(!isShown(token, by: "Bearer 0123456789abcde"))
    #expect(!isShown(token, by: "Bearer 0123456789abcdef "))
    #expect(!isShown(token, by: "Bearer"))
    #expect(!isShown(token, by: ""))
  }
}
