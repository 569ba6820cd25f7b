// Why a command got no answer from the edge.

package import Runtime

/// No answer, or none that can be understood.
package enum ControlClientError: Error, Sendable, CustomStringConvertible {
  /// Nothing listens there.
  case notRunning(ControlAddress, RuntimeError)
  /// The socket belongs to somebody else.
  case noPermission(ControlAddress)
  /// The edge took the request, and then the connection broke or nothing came for too long.
  case interrupted(ControlAddress, RuntimeError)
  /// What came is no answer of the API.
  case badAnswer(ControlAddress, String)

  package var description: String {
    switch self {
    case .notRunning(let address, let error):
      "the edge does not answer at \(address): \(RuntimeError.text(of: error.code)). Is it running? "
        + "Start it with skerry edge, or say where it is with --control or SKERRY_CONTROL."
    case .noPermission(let address):
      "the socket \(address) is not open to this user. Run the command as the user that runs the "
        + "edge (sudo -u USER skerry ...)."
    case .interrupted(let address, let error):
      "the edge at \(address) took the request but did not answer it "
        + "(\(RuntimeError.text(of: error.code))). Look at skerry status before you repeat it."
    case .badAnswer(let address, let problem):
      "what answers at \(address) is no edge of this version: \(problem). Check --control."
    }
  }
}
