// How servers reach each other.

package import Exchange
package import HTTPClient
package import Runtime

/// A connection to a server, for exchanges of all zones at once. Confined to its loop.
package protocol PeerConnection: AnyObject {
  /// Whether it is the loop's own, and no other one's that it uses.
  var isOwn: Bool { get }
  /// Whether the server is well, as far as others than the loop know.
  var isWell: Bool { get }
  /// Whether exchanges may begin here at all, now or when others have ended.
  var takesRequests: Bool { get }
  /// How many more may begin now.
  var room: Int { get }
  /// How long the server took to answer last; nil if it was not asked.
  var roundTripNanoseconds: UInt64? { get }

  /// Sends a request and waits on `parker` for the head of its response.
  func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse

  /// Looks how long the server takes to answer. False if it has not answered since the last time: if nothing is under
  /// way the connection is given up then.
  func measure() -> Bool

  /// No exchange begins here any more; the connection closes after the last one.
  func drain()
}

extension PeerConnection {
  package var isOwn: Bool { true }
  package var isWell: Bool { true }
}
