// Who the edge is to the object store.

import TLS

/// An access key of the object store. Secret and token never appear in descriptions or mirrors.
package struct ReserveCredentials: Equatable, Sendable {
  package let accessKey: String
  /// The secret access key behind "AWS4", as signatures begin with it.
  let signingSecret: HMACKey
  /// For temporary credentials; nil for others. Never empty.
  let sessionToken: String?

  package init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
    self.accessKey = accessKey
    signingSecret = HMACKey(.sha256, secret: Array("AWS4\(secretKey)".utf8))
    self.sessionToken = sessionToken?.isEmpty == true ? nil : sessionToken
  }

  /// What is missing in a file of credentials.
  package struct Fault: Error, Equatable {
    package let problem: String
  }

  /// Reads `aws_access_key_id = ...` and so on, as AWS's own tools write them: of the profile `[default]`, or
  /// without profiles.
  package init(file text: String) throws(Fault) {
    var values: [String: String] = [:]
    var isOurs = true
    for line in text.split(whereSeparator: \.isNewline) {
      let line = Self.trimmed(line)
      if line.hasPrefix("[") { isOurs = line == "[default]" }
      guard isOurs, !line.hasPrefix("#"), !line.hasPrefix(";"),
        let equals = line.firstIndex(of: "=")
      else { continue }
      values[Self.trimmed(line[..<equals]).lowercased()] = Self.trimmed(
        line[line.index(after: equals)...])
    }
    guard let accessKey = values["aws_access_key_id"], !accessKey.isEmpty else {
      throw Fault(problem: "has no line aws_access_key_id = KEY")
    }
    guard let secret = values["aws_secret_access_key"], !secret.isEmpty else {
      throw Fault(problem: "has no line aws_secret_access_key = SECRET")
    }
    self.init(accessKey: accessKey, secretKey: secret, sessionToken: values["aws_session_token"])
  }

  private static func trimmed(_ text: Substring) -> String {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let start = text.drop(while: isSpace)
    let end = start.lastIndex { !isSpace($0) }
    return end.map { String(start[...$0]) } ?? ""
  }
}

extension ReserveCredentials: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String { "(credentials of \(accessKey))" }

  package var debugDescription: String { description }

  package var customMirror: Mirror { Mirror(self, children: []) }
}
