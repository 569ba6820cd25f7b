// How a command finds the edge.

import ArgumentParser
import ConfigurationTree
import Control
import HTTP
import Storage

/// Options of every command that talks to a running edge.
struct ControlOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The control socket of the edge, or its address.",
      discussion: "Default: $SKERRY_CONTROL, ./run/edge/control.sock or /run/skerry/control.sock.",
      valueName: "path|address:port"))
  var control: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The file with the control token.", discussion: "Default: control.token beside the socket.",
      valueName: "file"))
  var tokenFile: String?

  @Flag(name: .long, help: "Print the edge's answer as JSON.")
  var json = false

  /// Sends one request; throws if it can't be sent or is refused. `subject` says what it is for.
  func ask(
    _ method: HTTPMethod, _ path: String, _ body: ConfigurationValue? = nil,
    fields: [(String, String)] = [], for subject: String
  ) throws(CommandFailure) -> ConfigurationValue {
    let answer = try send(method, path, body, fields: fields)
    guard !answer.isRefused else {
      throw CommandFailure(answer.faults, subject, isChange: method != .get)
    }
    return answer.result
  }

  /// Sends one request and returns the answer, also if it is refused.
  func send(
    _ method: HTTPMethod, _ path: String, _ body: ConfigurationValue? = nil,
    fields: [(String, String)] = []
  ) throws(CommandFailure) -> ControlClient.Answer {
    let client = try client()
    let answer: ControlClient.Answer
    do throws(ControlClientError) {
      answer = try client.send(method, path, body, fields: fields)
    } catch {
      throw CommandFailure(error)
    }
    for note in answer.notes { Console.complain("note: \(note)") }
    // The edge's own words are for programs, which send the token themselves.
    guard answer.faults.first?.code != .unauthorized else {
      throw CommandFailure(
        .unreachable,
        "skerry: the edge at \(client.address) does not accept the token in "
          + "\(tokenPath(for: client.address)). Its own is in the file that it was started with "
          + "(control.token beside its socket, if nothing was said): name that with --token-file.")
    }
    return answer
  }

  /// Prints `result` as JSON if that is asked for; returns whether it is.
  func printsJSON(_ result: ConfigurationValue) -> Bool {
    if json {
      Console.write(String(decoding: JSONWriter.write(result, indented: true), as: UTF8.self))
    }
    return json
  }

  /// The client for the edge that the options or the surroundings name.
  func client() throws(CommandFailure) -> ControlClient {
    let text = control ?? Console.environment("SKERRY_CONTROL") ?? Self.usualSocket
    guard let address = ControlAddress(text) else {
      throw CommandFailure(.usage, "skerry: --control is empty. Give a path or an address.")
    }
    return ControlClient(address: address, token: try token(for: address))
  }

  /// Where an edge is looked for that nobody names; the first that there is, or the first.
  static let usualSockets = [EdgePaths.controlSocket(in: "run/edge"), "/run/skerry/control.sock"]

  private static var usualSocket: String {
    usualSockets.first { StoredFile.exists($0) || StoredFile.isHidden($0) } ?? usualSockets[0]
  }

  private func tokenPath(for address: ControlAddress) -> String {
    tokenFile ?? Console.environment("SKERRY_TOKEN_FILE") ?? Self.usualToken(address)
  }

  private func token(for address: ControlAddress) throws(CommandFailure) -> ControlToken {
    let path = tokenPath(for: address)
    if case .path(let socket) = address, !StoredFile.exists(socket) {
      if StoredFile.isHidden(socket) { throw CommandFailure(.noPermission(address)) }
      throw CommandFailure(
        .unreachable,
        "skerry: no edge is running at \(socket). Start it with skerry edge, or say where it is with "
          + "--control or SKERRY_CONTROL.")
    }
    guard StoredFile.exists(path) else {
      throw CommandFailure(
        .unreachable,
        "skerry: there is no token at \(path). The edge makes it when it starts: name the file with "
          + "--token-file.")
    }
    do throws(ControlError) { return try ControlToken.read(path) } catch {
      // The token beside the socket is its owner's, as the socket is.
      if case .tokenFile(.permission) = error, path == Self.usualToken(address) {
        throw CommandFailure(.noPermission(address))
      }
      throw CommandFailure(.unreachable, "skerry: \(error)")
    }
  }

  private static func usualToken(_ address: ControlAddress) -> String {
    guard case .path(let socket) = address else { return EdgePaths.token(in: "run/edge") }
    return EdgePaths.token(in: EdgePaths.parent(of: socket))
  }
}
