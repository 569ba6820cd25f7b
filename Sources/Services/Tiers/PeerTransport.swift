// What connections between servers are made of.

package import HTTPClient
package import Runtime

/// Opens connections of one loop to other servers. Confined to its loop.
package protocol PeerTransport: AnyObject {
  /// A connection to the server of `link`, which is told when it has room again and when it is gone. Waits
  /// on `parker`.
  func open(
    for link: PeerLink, parker: Parker
  ) async throws(HTTPClientError) -> any PeerConnection
}
