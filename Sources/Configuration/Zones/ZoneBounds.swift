// How much a tenant may take.

package import ConfigurationTree

/// The bounds of a zone on one server. Over a bound the zone's own requests are shed (503 or 429),
/// never its neighbours'.
package struct ZoneBounds: Equatable, Sendable {
  /// Client connections that serve the zone, on all loops together. One of HTTP/2 that serves several
  /// zones counts for each of them. Fewer where the process may not have so many (`Gateway`).
  package var connections = 50_000

  /// Requests in flight on all loops together: those that wait for their turn, for an origin or for
  /// their client. What is answered from memory at once does not count.
  package var exchanges = 10_000

  /// The length of a request's content, in bytes; longer ones get 413.
  package var requestBodyBytes = 1 << 40

  /// Bytes of requests' content that are held for origins, over all exchanges of a loop; each may have as much
  /// again on its way, at most 128 KiB. At it more of a body is taken only when all of it went on: 64 KiB of each
  /// request at most come on top.
  package var requestBufferBytes = 64 << 20

  /// Response bytes that wait for slow clients, over all exchanges of a loop. At it new requests
  /// are shed, and a response goes on only when its own client has taken all of it.
  package var responseBufferBytes = 64 << 20

  /// Cached bytes that are the zone's own; more may be borrowed while others don't need it.
  package var cacheBytes = 64 << 20

  package init() {}
}

extension ZoneBounds {
  package static let keys = [
    "connections", "exchanges", "requestBodyBytes", "requestBufferBytes", "responseBufferBytes",
    "cacheBytes",
  ]

  /// Takes the bounds out of `value`; what is missing or wrong has its default.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    let counts = 1...10_000_000
    if let given = decoder.integer("connections", in: object, counts) { connections = given }
    if let given = decoder.integer("exchanges", in: object, counts) { exchanges = given }
    if let given = decoder.integer("requestBodyBytes", in: object, 0...(1 << 50)) {
      requestBodyBytes = given
    }
    if let given = decoder.integer("requestBufferBytes", in: object, 65_536...(1 << 40)) {
      requestBufferBytes = given
    }
    // Below a few buffers of one exchange nothing would move.
    if let given = decoder.integer("responseBufferBytes", in: object, 65_536...(1 << 40)) {
      responseBufferBytes = given
    }
    if let given = decoder.integer("cacheBytes", in: object, 0...(1 << 50)) { cacheBytes = given }
  }

  package var tree: ConfigurationValue {
    .object([
      ("connections", .integer(connections)),
      ("exchanges", .integer(exchanges)),
      ("requestBodyBytes", .integer(requestBodyBytes)),
      ("requestBufferBytes", .integer(requestBufferBytes)),
      ("responseBufferBytes", .integer(responseBufferBytes)),
      ("cacheBytes", .integer(cacheBytes)),
    ])
  }
}
