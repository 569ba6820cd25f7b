// The sockets that an edge listens on, opened here or inherited from the process before.

import HTTP
import Runtime

/// Sockets that serve: for each address one per loop.
struct ListenerSet {
  /// What is served on an address.
  enum Service: String {
    case http, https
    /// The fleet's other servers.
    case peers
    /// The public API.
    case api
    /// Datagrams.
    case dns
    /// DNS over TCP.
    case dnsStreams = "dns-tcp"

    /// How HTTP is served there; nil if it is not.
    var scheme: RequestHead.Scheme? {
      switch self {
      case .http: .http
      case .https: .https
      case .peers, .api, .dns, .dnsStreams: nil
      }
    }

    func open(_ address: SocketAddress) throws(RuntimeError) -> Int32 {
      self == .dns ? try DatagramSocket.bind(to: address) : try Listener.listen(on: address)
    }

    func adopt(_ descriptor: Int32) throws(RuntimeError) {
      if self == .dns {
        try DatagramSocket.adopt(descriptor)
      } else {
        try Listener.adopt(descriptor)
      }
    }

    /// Throws if somebody else serves there.
    func probe(_ address: SocketAddress) throws(RuntimeError) {
      if self == .dns { try DatagramSocket.probe(address) } else { try Listener.probe(address) }
    }
  }

  /// One address and the sockets that listen on it, one per loop.
  struct Entry {
    let service: Service
    let address: SocketAddress
    let descriptors: [Int32]
  }

  private(set) var entries: [Entry] = []

  /// The variable by which one process tells its successor which descriptors are which:
  /// `http=127.0.0.1:80=5,6;https=...`.
  static let variable = "SKERRY_LISTENERS"

  /// Whether this process takes over from one that still runs.
  static var isInherited: Bool { Console.environment(variable) != nil }

  /// Opens what `options` names, for loops on `cores`; what the process before handed over is taken
  /// instead of opened. `peers` is where the fleet's other servers are served.
  static func open(
    _ options: EdgeOptions, peers: SocketAddress?, _ cores: [Int32]
  ) throws(RuntimeError) -> ListenerSet {
    let loops = cores.count
    var set = ListenerSet()
    var inherited = inherited()
    let wanted =
      options.http.map { (Service.http, $0) } + options.https.map { (Service.https, $0) }
      + options.dns.map { (Service.dns, $0) } + options.api.map { (Service.api, $0) }
      + (peers.map { [(Service.peers, $0)] } ?? [])
    // Those whose port is named are no other's.
    let named = wanted.filter { $0.1.port != 0 }
    for (service, address) in wanted {
      let heir = inherited.first { entry in
        entry.service == service && entry.address.isAnyPort(of: address)
          && !named.contains { $0 == (entry.service, entry.address) }
      }
      // The API has one loop.
      let count = service == .api ? 1 : loops
      let entry = try take(service, heir?.address ?? address, count, from: &inherited)
      set.entries.append(entry)
      // Datagrams and connections on the same port, also if it is any.
      if service == .dns {
        set.entries.append(try take(.dnsStreams, entry.address, loops, from: &inherited))
      }
    }
    // A successor has the same options: what it inherits is never to be undone.
    for entry in set.entries where options.incomingCPU && entry.service != .api {
      for (descriptor, core) in zip(entry.descriptors, cores) {
        try Listener.steer(descriptor, to: core)
      }
    }
    return set
  }

  /// What is inherited for `address`, or what is opened there.
  private static func take(
    _ service: Service, _ address: SocketAddress, _ loops: Int, from inherited: inout [Entry]
  ) throws(RuntimeError) -> Entry {
    if let index = inherited.firstIndex(where: {
      $0.service == service && $0.address == address && $0.descriptors.count == loops
    }) {
      let entry = inherited.remove(at: index)
      for descriptor in entry.descriptors { try service.adopt(descriptor) }
      return entry
    }
    // Sharing would let us listen beside another server that shares, and take half its requests.
    try service.probe(address)
    var descriptors: [Int32] = []
    var bound = address
    for _ in 0..<loops {
      descriptors.append(try service.open(bound))
      // Port 0 is any: the other loops take the one that the first was given.
      if bound.port == 0 { bound = Listener.localAddress(of: descriptors[0]) }
    }
    return Entry(service: service, address: bound, descriptors: descriptors)
  }

  /// What a successor is told.
  var description: String {
    entries.map { entry in
      let numbers = entry.descriptors.map(String.init).joined(separator: ",")
      return "\(entry.service.rawValue)=\(entry.address)=\(numbers)"
    }.joined(separator: ";")
  }

  var descriptors: [Int32] { entries.flatMap(\.descriptors) }

  private static func inherited() -> [Entry] {
    guard let text = Console.environment(variable) else { return [] }
    return text.split(separator: ";").compactMap { part in
      let fields = part.split(separator: "=")
      guard fields.count == 3, let service = Service(rawValue: String(fields[0])),
        let address = SocketAddress(String(fields[1]))
      else { return nil }
      return Entry(
        service: service, address: address,
        descriptors: fields[2].split(separator: ",").compactMap { Int32($0) })
    }
  }
}

extension SocketAddress {
  /// Whether `wanted` asks for any port of this address.
  fileprivate func isAnyPort(of wanted: SocketAddress) -> Bool {
    var address = self
    address.port = 0
    return wanted.port == 0 && address == wanted
  }
}
