// What is left of a handshake.

/// What a session without the library still knows of its handshake.
struct Negotiated {
  let suite: RecordSuite
  let applicationProtocol: ApplicationProtocol?
  let isResumed: Bool
  let acceptedEarlyData: Bool
  let peerNames: [String]
}
