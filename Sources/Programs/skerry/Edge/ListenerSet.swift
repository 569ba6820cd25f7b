// The sockets that an edge listens on, opened here or inherited from the process before.

import HTTP
import Runtime

/// Listening sockets: for each address one per loop.
struct ListenerSet {
  /// One address and the sockets that listen on it, one per loop.
  struct Entry {
    let scheme: RequestHead.Scheme
    let address: SocketAddress
    let descriptors: [Int32]
  }

  private(set) var entries: [Entry] = []

  /// The variable by which one process tells its successor which descriptors are which:
  /// `http=127.0.0.1:80=5,6;https=...`.
  static let variable = "SKERRY_LISTENERS"

  /// Whether this process takes over from one that still runs.
  static var isInherited: Bool { Console.environment(variable) != nil }

  /// Opens what `options` names; what the process before handed over is taken instead of opened.
  static func open(_ options: EdgeOptions, loops: Int) throws(RuntimeError) -> ListenerSet {
    var set = ListenerSet()
    var inherited = inherited()
    let wanted =
      options.http.map { (RequestHead.Scheme.http, $0) }
      + options.https.map { (RequestHead.Scheme.https, $0) }
    for (scheme, address) in wanted {
      if let index = inherited.firstIndex(where: {
        $0.scheme == scheme && $0.address == address && $0.descriptors.count == loops
      }) {
        let entry = inherited.remove(at: index)
        for descriptor in entry.descriptors { try Listener.adopt(descriptor) }
        set.entries.append(entry)
        continue
      }
      // Sharing would let us listen beside another server that shares, and take half its requests.
      try Listener.probe(address)
      var descriptors: [Int32] = []
      var bound = address
      for _ in 0..<loops {
        descriptors.append(try Listener.listen(on: bound))
        // Port 0 is any: the other loops take the one that the first was given.
        if bound.port == 0 { bound = Listener.localAddress(of: descriptors[0]) }
      }
      set.entries.append(Entry(scheme: scheme, address: bound, descriptors: descriptors))
    }
    return set
  }

  /// What a successor is told.
  var description: String {
    entries.map { entry in
      let numbers = entry.descriptors.map(String.init).joined(separator: ",")
      return "\(entry.scheme == .https ? "https" : "http")=\(entry.address)=\(numbers)"
    }.joined(separator: ";")
  }

  var descriptors: [Int32] { entries.flatMap(\.descriptors) }

  private static func inherited() -> [Entry] {
    guard let text = Console.environment(variable) else { return [] }
    return text.split(separator: ";").compactMap { part in
      let fields = part.split(separator: "=")
      guard fields.count == 3, let address = SocketAddress(String(fields[1])) else { return nil }
      return Entry(
        scheme: fields[0] == "https" ? .https : .http, address: address,
        descriptors: fields[2].split(separator: ",").compactMap { Int32($0) })
    }
  }
}
