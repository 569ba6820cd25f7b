// Why a record of the peer's ends the session.

/// A breach of the record layer's rules by the peer, and the alert that tells it.
struct RecordFault: Error {
  let alert: TLSAlert
  let words: String

  init(_ alert: TLSAlert, _ words: String) {
    self.alert = alert
    self.words = words
  }
}
