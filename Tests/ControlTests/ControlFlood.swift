// Many requests at the same time.

import Runtime

/// Sends requests on connections of their own before it reads any answer.
enum ControlFlood {
  /// The statuses of the answers; 0 for none.
  static func send(_ requests: [String], to folder: String) -> [Int] {
    let path = "\(folder)/control.sock"
    return open(requests[...], path, [])
  }

  // A socket can't be put into an array: each waits in a call of its own.
  private static func open(
    _ requests: ArraySlice<String>, _ path: String, _ statuses: [Int]
  ) -> [Int] {
    guard let request = requests.first else { return statuses }
    do throws(RuntimeError) {
      let socket = try BlockingSocket(path: path, timeoutSeconds: 20)
      try socket.send(Array(request.utf8).span)
      let others = open(requests.dropFirst(), path, statuses)
      var answer: [UInt8] = []
      while try socket.receive(into: &answer) > 0 {}
      let text = String(decoding: answer.prefix(12), as: UTF8.self)
      return others + [Int(text.suffix(3)) ?? 0]
    } catch {
      return open(requests.dropFirst(), path, statuses) + [0]
    }
  }
}
