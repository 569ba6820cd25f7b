// The file of `--topology`.

import ConfigurationTree
import Primitives
import Runtime
import Storage
import Tiers

/// The fleet's topology in a file, which may be changed at any time. Reads it: not on a loop of tenants.
final class TopologyFile: Sendable {
  let path: String
  private let server: String
  /// The server has a reserve, for which it must be where reserves are.
  private let hasReserve: Bool
  private let state: Guarded<State>

  /// What is known of the file.
  private struct State: Sendable {
    var route: TierRoute
    var text: String
    /// The file at the last look.
    var seen: String?
    var problem: String?
  }

  /// What came of a look at the file.
  enum Outcome {
    /// It is the one that is known, or still being written.
    case unchanged
    case replaced(TierRoute)
    /// It can't be used, which is told once; the one before stays in use.
    case failed(String)
  }

  /// Reads the file at `path`, in which `server` is this server.
  init(_ path: String, server: String, hasReserve: Bool) throws(CommandFailure) {
    self.path = path
    self.server = server
    self.hasReserve = hasReserve
    let text = try TextFile.read(path, "--topology")
    let route = try Self.route(text, path, server)
    if hasReserve { try Self.checkReserve(route, path) }
    state = Guarded(State(route: route, text: text))
  }

  var route: TierRoute { state.withLock { $0.route } }

  /// Why the file is not the one in use, as a sentence; nil if it is.
  var problem: String? { state.withLock { $0.problem } }

  /// Reads the file again; it is used if it is another one, and was the same at the look before.
  func look() -> Outcome {
    switch TextFile.attempt(path) {
    case .failure(let problem): return failed("\(path) \(problem.text)")
    case .success(let text):
      let isSettled = state.withLock { state in
        if text == state.text { state.problem = nil }
        defer { state.seen = text }
        return text == state.seen && text != state.text
      }
      guard isSettled else { return .unchanged }
      do throws(CommandFailure) {
        let route = try Self.route(text, path, server)
        if hasReserve { try Self.checkReserve(route, path) }
        state.withLock { $0 = State(route: route, text: text) }
        return .replaced(route)
      } catch { return failed(error.message) }
    }
  }

  private func failed(_ problem: String) -> Outcome {
    let text = "\(problem)\nThe topology before it stays in use."
    return state.withLock { state in
      defer { state.problem = text }
      return state.problem == text ? .unchanged : .failed(text)
    }
  }

  /// Below an upper tier a reserve would be filled a second time, and asked before the parents that have
  /// the object in memory.
  private static func checkReserve(
    _ route: TierRoute, _ path: String
  ) throws(CommandFailure) {
    let topology = route.topology
    let tier = topology.tier(of: route.own)
    let uppers = topology.servers(of: .upper).map { topology.servers[$0].name }
    guard tier != .upper, !uppers.isEmpty else { return }
    let named = uppers.prefix(3).joined(separator: ", ") + (uppers.count > 3 ? ", ..." : "")
    throw CommandFailure(
      .refused,
      "skerry: \(path) has \(route.ownName) in the tier \(tier.rawValue), and of a fleet with an upper tier only that "
        + "has a reserve. Give the options --reserve-... to \(named) instead.")
  }

  private static func route(
    _ text: String, _ path: String, _ server: String
  ) throws(CommandFailure) -> TierRoute {
    var decoder = ConfigurationDecoder()
    let tree: ConfigurationValue
    do throws(YAMLProblem) { tree = try YAMLText.read(text, &decoder) } catch {
      throw error.failure(in: path)
    }
    let topology = TierTopology(tree, &decoder)
    guard decoder.faults.isEmpty else {
      let lines = decoder.faults.map { fault in
        let place = YAMLProblem.place(fault.position)
        return "\(path)\(place): \(fault.path) \(fault.problem). \(fault.remedy)"
      }
      throw CommandFailure(.refused, lines.joined(separator: "\n"))
    }
    guard let own = topology.server(named: server) else {
      let nearest = NearestName.of(server, in: topology.servers.map(\.name))
      throw CommandFailure(
        .refused,
        "skerry: \(path) has no server \(server), which --server names."
          + (nearest.map { " Did you mean \($0)?" } ?? ""))
    }
    return TierRoute(topology, own: own)
  }
}
