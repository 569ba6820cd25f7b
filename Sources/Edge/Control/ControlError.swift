// What keeps the API from starting.

package import Storage

/// Why the API can't start.
package enum ControlError: Error, Sendable, CustomStringConvertible {
  /// The file of the token can't be read or made.
  case tokenFile(StorageError)

  /// What is in the file is no usable token.
  case badToken(path: String)

  package var description: String {
    switch self {
    case .tokenFile(let error): "the token of the control API: \(error)"
    case .badToken(let path):
      "\(path): holds no usable token. Put one line of at least \(ControlLimits.tokenBytes) letters "
        + "and digits into it, or delete the file: the edge makes a new one when it starts."
    }
  }
}
