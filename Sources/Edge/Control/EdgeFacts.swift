// What an edge says of itself.

import ConfigurationTree

/// Facts of a running edge, for `status`.
package struct EdgeFacts: Sendable, Equatable {
  package var version = ""
  package var processID = 0
  package var uptimeSeconds: UInt64 = 0
  /// The sequence number of the configuration that all loops serve by.
  package var epoch: UInt64 = 0
  package var loops: [LoopFacts] = []
  /// What the edge listens on: `http 127.0.0.1:8080`.
  package var listeners: [String] = []
  /// Zones that are in memory on at least one loop.
  package var activeZones = 0
  /// Client connections that are open.
  package var connections = 0
  package var memoryBytes: UInt64 = 0
  package var openFileLimit = 0
  /// What was done with DNS queries; nil if the edge answers none.
  package var queries: QueryFacts?
  /// What countries are found in; nil without a database.
  package var countries: CountryFacts?
  /// What the reserve did; nil if there is none.
  package var reserve: ReserveFacts?
  /// What the operator should know: a store that was restored, a certificate that is about to expire.
  package var notes: [String] = []

  package init() {}

  /// DNS queries since the start.
  package struct QueryFacts: Sendable, Equatable {
    package var answered: UInt64
    /// Because too many waited for their zones' turns, or for their zones to be read.
    package var dropped: UInt64
    /// Responses that response rate limiting cut, and those that it held back.
    package var truncatedByRate: UInt64
    package var droppedByRate: UInt64
    /// Zones that were sent, whole or as differences.
    package var transfers: UInt64
    /// Secondaries that acknowledged a change, and those that did not.
    package var notified: UInt64
    package var unreached: UInt64

    package init(
      answered: UInt64, dropped: UInt64, truncatedByRate: UInt64, droppedByRate: UInt64,
      transfers: UInt64 = 0, notified: UInt64 = 0, unreached: UInt64 = 0
    ) {
      self.answered = answered
      self.dropped = dropped
      self.truncatedByRate = truncatedByRate
      self.droppedByRate = droppedByRate
      self.transfers = transfers
      self.notified = notified
      self.unreached = unreached
    }

    var tree: ConfigurationValue {
      .object([
        ("answered", .count(answered)), ("dropped", .count(dropped)),
        ("truncatedByRate", .count(truncatedByRate)), ("droppedByRate", .count(droppedByRate)),
        ("transfers", .count(transfers)), ("notified", .count(notified)),
        ("unreached", .count(unreached)),
      ])
    }
  }

  /// The database of clients' countries.
  package struct CountryFacts: Sendable, Equatable {
    package var file: String
    /// What it says it is.
    package var type: String
    /// When it was made, in seconds since 1970.
    package var builtAtSeconds: UInt64
    package var bytes: Int

    package init(file: String, type: String, builtAtSeconds: UInt64, bytes: Int) {
      self.file = file
      self.type = type
      self.builtAtSeconds = builtAtSeconds
      self.bytes = bytes
    }

    var tree: ConfigurationValue {
      .object([
        ("file", .string(file)), ("type", .string(type)), ("builtAt", .count(builtAtSeconds)),
        ("bytes", .integer(bytes)),
      ])
    }
  }

  /// One loop of the edge.
  package struct LoopFacts: Sendable, Equatable {
    package var name: String
    /// The core it is pinned to, if any.
    package var cpu: Int?
    package var connections: Int
    package var activeZones: Int
    /// Tasks under way.
    package var tasks: Int
    /// Connections that were refused because their source's network had too many, since the start.
    package var refusedConnections: UInt64
    /// What went wrong there last, if anything did.
    package var lastFailure: String?

    package init(
      name: String, cpu: Int?, connections: Int, activeZones: Int, tasks: Int = 0,
      refusedConnections: UInt64 = 0, lastFailure: String? = nil
    ) {
      self.name = name
      self.cpu = cpu
      self.connections = connections
      self.activeZones = activeZones
      self.tasks = tasks
      self.refusedConnections = refusedConnections
      self.lastFailure = lastFailure
    }

    var tree: ConfigurationValue {
      .object([
        ("name", .string(name)), ("cpu", cpu.map { .integer($0) }),
        ("connections", .integer(connections)), ("activeZones", .integer(activeZones)),
        ("tasks", .integer(tasks)),
        ("refusedConnections", .count(refusedConnections)),
        ("lastFailure", lastFailure.map { .string($0) }),
      ])
    }
  }
}

extension EdgeFacts {
  /// The result of GET /v1/status.
  func tree(_ store: StoreFacts) -> ConfigurationValue {
    .object([
      ("version", .string(version)),
      ("processID", .integer(processID)),
      ("uptimeSeconds", .count(uptimeSeconds)),
      ("epoch", .count(epoch)),
      ("zones", .integer(store.zones)),
      ("activeZones", .integer(activeZones)),
      ("connections", .integer(connections)),
      ("memoryBytes", .count(memoryBytes)),
      ("openFileLimit", .integer(openFileLimit)),
      ("listeners", .array(listeners.map { .string($0) })),
      ("loops", .array(loops.map(\.tree))),
      ("queries", queries?.tree),
      ("countries", countries?.tree),
      ("reserve", reserve?.tree),
      ("store", store.tree),
      ("notes", .array(notes.map { .string($0) })),
    ])
  }
}
