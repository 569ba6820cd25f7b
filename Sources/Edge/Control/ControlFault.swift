// One reason why the API refuses a request.

package import ConfigurationTree

/// A fault of a request: where, what and how to mend it, and a code for programs.
package struct ControlFault: Equatable, Sendable {
  /// What kind of fault it is; the spelling is part of the API.
  package enum Code: String, Sendable, CaseIterable {
    case invalidJSON, invalid, invalidQuery, unauthorized, notFound, methodNotAllowed
    case preconditionFailed, tooLarge, busy, incompleteRequest, storage, refused
  }

  package var code: Code
  /// The path in the request's tree (`zones[2].origins[0].url`); empty for the whole.
  package var path: String
  /// What is wrong and what to do, in sentences.
  package var message: String
  /// The place in the request's text, if there is one.
  package var position: SourcePosition?

  package init(
    _ code: Code, _ message: String, path: String = "", position: SourcePosition? = nil
  ) {
    self.code = code
    self.path = path
    self.message = message
    self.position = position
  }

  package init(_ fault: ConfigurationFault) {
    self.init(
      .invalid, "\(fault.problem). \(fault.remedy)", path: fault.path, position: fault.position)
  }

  package var tree: ConfigurationValue {
    .object([
      ("code", .string(code.rawValue)),
      ("path", .string(path)),
      ("message", .string(message)),
      ("line", position.map { .integer($0.line) }),
      ("column", position.map { .integer($0.column) }),
    ])
  }

  /// Reads what `tree` writes; nil if it is no object.
  package init?(_ tree: ConfigurationValue) {
    guard let message = tree["message"]?.text else { return nil }
    // A later edge may know more codes than this program.
    code = tree["code"]?.text.flatMap { Code(rawValue: $0) } ?? .refused
    path = tree["path"]?.text ?? ""
    self.message = message
    if let line = tree["line"]?.number, let column = tree["column"]?.number {
      position = SourcePosition(line: Int(line), column: Int(column))
    }
  }
}
