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
    do throws(ControlClientError) {
      return try client.send(method, path, body, fields: fields)
    } catch {
      throw CommandFailure(error)
    }
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

  private static var usualSocket: String {
    let inDemo = EdgePaths.controlSocket(in: "run/edge")
    let inSystem = "/run/skerry/control.sock"
    return !StoredFile.exists(inDemo) && StoredFile.exists(inSystem) ? inSystem : inDemo
  }

  private func token(for address: ControlAddress) throws(CommandFailure) -> ControlToken {
    let path = tokenFile ?? Console.environment("SKERRY_TOKEN_FILE") ?? Self.usualToken(address)
    guard StoredFile.exists(path) else {
      // Without a socket either there is simply no edge.
      if case .path(let socket) = address, !StoredFile.exists(socket) {
        throw CommandFailure(
          .unreachable,
          "skerry: no edge is running at \(socket). Start it with skerry edge, or say where it is "
            + "with --control or SKERRY_CONTROL.")
      }
      throw CommandFailure(
        .unreachable,
        "skerry: there is no token at \(path). The edge makes it when it starts: name the file with "
          + "--token-file.")
    }
    do throws(ControlError) { return try ControlToken.read(path) } catch {
      throw CommandFailure(.unreachable, "skerry: \(error)")
    }
  }

  private static func usualToken(_ address: ControlAddress) -> String {
    guard case .path(let socket) = address else { return EdgePaths.token(in: "run/edge") }
    return EdgePaths.token(in: EdgePaths.parent(of: socket))
  }
}
