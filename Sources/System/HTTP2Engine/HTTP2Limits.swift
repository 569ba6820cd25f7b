// What a session grants its peer, with unit, reason and what happens at each limit.

/// What a session grants its peer. Counts "per window" start again every `windowNanoseconds`; at
/// each the connection ends with GOAWAY ENHANCE_YOUR_CALM unless the comment says otherwise.
package struct HTTP2Limits: Sendable {
  /// Streams that the peer may have open: more than browsers use, few enough to bound memory.
  /// Beyond it: REFUSED_STREAM until the peer has acknowledged our SETTINGS, then GOAWAY.
  package var concurrentStreams = 128
  /// Receive window of a stream, in bytes: content that one stream may make us hold.
  package var streamWindowBytes = 256 << 10
  /// Receive window of the connection, in bytes: content that all streams may make us hold.
  package var connectionWindowBytes = 1 << 20
  /// Header list, names, values and 32 per field, in bytes; it is also told to the peer
  /// (RFC 9113 section 6.5.2). Beyond it fields are dropped and `tooLarge` is reported.
  package var headerListBytes = 64 << 10
  /// Header list at which decoding stops, in bytes (compression bombs).
  package var headerListHardBytes = 256 << 10
  /// Header list that is sent, in bytes; a longer one is an error of its stream.
  package var sentHeaderBytes = 128 << 10
  /// Compressed header block, in bytes.
  package var headerBlockBytes = 128 << 10
  /// CONTINUATION frames of one header block (CVE-2024-27316): 64 KiB fit into 4 of them.
  package var continuationFrames = 32
  /// Dynamic table of the decoder and of the encoder, in bytes; the encoder takes the peer's if
  /// that is smaller.
  package var compressionTableBytes = 4_096
  /// Length of the window in which frames are counted, in nanoseconds.
  package var windowNanoseconds: UInt64 = 10_000_000_000
  /// Streams per window: well above what one connection of a load generator opens.
  package var streams = 2_000_000
  /// RST_STREAM received or provoked per window (CVE-2023-44487, CVE-2025-8671), beside
  /// `resetsPerCompletedStreams`: a browser cancels a page's streams at once.
  package var resets = 200
  /// Completed streams that earn one more reset.
  package var completedStreamsPerReset = 2
  /// PING without ACK per window (CVE-2019-9512).
  package var pings = 100
  /// SETTINGS without ACK per window (CVE-2019-9515).
  package var settings = 50
  /// PRIORITY and PRIORITY_UPDATE per window (CVE-2019-9513), beside 4 for each stream.
  package var priorities = 400
  /// DATA without content or END_STREAM per window (CVE-2019-9518).
  package var emptyData = 100
  /// DATA with some content, but less than 64 bytes, per window: 20,000 messages a second, which cost about
  /// one per cent of a core.
  package var smallData = 200_000
  /// WINDOW_UPDATE per window, beside 4 for each DATA frame that we sent and each stream.
  package var windowUpdates = 1_000
  /// GOAWAY, frames of unknown types, and acknowledgements per window.
  package var otherFrames = 200
  /// Content of requests that are answered already, in bytes per window and connection: many clients
  /// read an answer only after they have sent all. Beyond it: RST_STREAM(NO_ERROR).
  package var lateContentBytes = 1 << 20
  /// How long the rest of a request may take after its answer, in nanoseconds; then
  /// RST_STREAM(NO_ERROR).
  package var lateContentNanoseconds: UInt64 = 2_000_000_000
  /// How long the windows may let less than 4 KiB of a stream's waiting content go, in nanoseconds; then
  /// RST_STREAM(CANCEL), when the driver calls `cutOffStalled`.
  package var stallNanoseconds: UInt64 = 60_000_000_000
  /// Acknowledgements (PING, SETTINGS) that may wait to be sent, in frames.
  package var outboundAcknowledgements = 256
  /// Frames without content that may wait to be sent (a peer that does not read).
  package var outboundFrames = 4_096
  /// Queue of a stream at which its driver is asked for more, in bytes.
  package var lowWaterBytes = 64 << 10
  /// Whether extended CONNECT is offered (WebSocket over HTTP/2, RFC 8441).
  package var offersExtendedConnect = false

  package init() {}
}
