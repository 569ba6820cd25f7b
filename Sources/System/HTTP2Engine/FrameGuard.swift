// Reads frame headers ahead of nghttp2: refuses what nghttp2 tolerates, and counts floods.

import Primitives

/// Walks the peer's bytes frame by frame and says where they stop being acceptable.
///
/// It only looks: the bytes go to nghttp2 unchanged up to the frame that it refuses. Whatever it
/// refuses is an error of the connection. Frames whose fate depends on a stream's state are
/// handed back (`judge`), since nghttp2 knows that state once it has what came before.
struct FrameGuard {
  /// What the next bytes are.
  enum Step {
    /// The bytes up to the position were seen and may pass: all, or those of `framesLeft` frames.
    case passed
    /// The frame from `start` may pass if `judge(stream state)` says so.
    case judge(start: Int)
    /// The frame from `start` ends the connection.
    case refused(HTTP2ErrorCode, start: Int)
  }

  /// A stream's state as nghttp2 sees it.
  enum StreamState {
    case open, halfClosedRemote
    case unknown
  }

  var ledger: FloodLedger
  private(set) var closed = ClosedStreams()
  /// The highest stream that the client has opened.
  var lastStreamID: Int32 = 0
  /// Frames that may still begin in these bytes.
  var framesLeft = Int.max
  /// Above it, streams are ignored since our GOAWAY said so.
  var goAwayStreamID = Int32.max

  private let isServer: Bool
  private let continuationFrames: Int
  private let headerBlockBytes: Int
  /// Of the client's preface, what has not come yet.
  private(set) var prefaceBytesLeft: Int
  /// The header, and what is wanted of the payload, of the frame that is being read.
  private var peeked = InlineArray<14, UInt8>(repeating: 0)
  private var peekedCount = 0
  private var wantedCount = FrameHeader.byteCount
  private var payloadBytesLeft = 0
  private var judged: FrameHeader?
  /// Header sections that have begun; wraps.
  private(set) var headerSections: UInt32 = 0
  /// The frame that is being read is HEADERS or CONTINUATION.
  private var isHeaderFrame = false
  /// The header block that is being received.
  private var blockStreamID: Int32 = 0
  private var blockFrames = 0
  private var blockBytes = 0

  init(isServer: Bool, limits: HTTP2Limits) {
    self.isServer = isServer
    ledger = FloodLedger(limits)
    continuationFrames = limits.continuationFrames
    headerBlockBytes = limits.headerBlockBytes
    // RFC 9113 section 3.4: the client's preface starts with 24 fixed bytes.
    prefaceBytesLeft = isServer ? 24 : 0
  }

  /// Whether a header section has begun and is not complete.
  var isInHeaders: Bool { blockStreamID != 0 || (isHeaderFrame && payloadBytesLeft > 0) }

  /// Looks at the bytes from `position` and moves it.
  mutating func next(_ bytes: Span<UInt8>, from position: inout Int) -> Step {
    let skippedPreface = min(prefaceBytesLeft, bytes.count - position)
    prefaceBytesLeft -= skippedPreface
    position += skippedPreface
    while position < bytes.count {
      if payloadBytesLeft > 0 {
        let skipped = min(payloadBytesLeft, bytes.count - position)
        payloadBytesLeft -= skipped
        position += skipped
        continue
      }
      // A frame that began in earlier bytes starts, as far as these are concerned, at their first.
      let start = peekedCount > 0 ? 0 : position
      if peekedCount == 0 {
        guard framesLeft > 0 else { return .passed }
        framesLeft -= 1
      }
      guard let frame = peek(bytes, from: &position) else { return .passed }
      payloadBytesLeft = frame.length - (peekedCount - FrameHeader.byteCount)
      peekedCount = 0
      wantedCount = FrameHeader.byteCount
      if let code = refusal(of: frame) { return .refused(code, start: start) }
      if judged != nil { return .judge(start: start) }
    }
    return .passed
  }

  /// Whether the frame that `next` stopped at may pass, given its stream's state.
  ///
  /// RFC 9113 section 5.1: DATA and HEADERS after END_STREAM or RST_STREAM of the peer are errors
  /// of type STREAM_CLOSED; after our RST_STREAM they may be on their way. Section 5.1.1: an
  /// identifier that was passed over can't be opened any more.
  mutating func judge(_ state: StreamState) -> HTTP2ErrorCode? {
    guard let frame = judged else { return nil }
    judged = nil
    switch state {
    case .open: return nil
    case .halfClosedRemote: return closed.wasReset(frame.streamID) ? nil : .streamClosed
    case .unknown: break
    }
    if closed.wasReset(frame.streamID) || frame.streamID > goAwayStreamID { return nil }
    if frame.type == .headers && closed.wasPassedOver(frame.streamID) { return .protocolError }
    return .streamClosed
  }

  /// The stream in question, after `next` said `judge`.
  var judgedStreamID: Int32 { judged?.streamID ?? 0 }

  /// We reset a stream whose end the peer had not yet sent: what is on its way is no fault.
  mutating func resetSent(_ id: Int32) { closed.remember(reset: id) }

  /// Collects a header and the wanted payload bytes; nil if they are not all there yet.
  private mutating func peek(_ bytes: Span<UInt8>, from position: inout Int) -> FrameHeader? {
    while true {
      while peekedCount < wantedCount {
        guard position < bytes.count else { return nil }
        peeked[peekedCount] = bytes[position]
        peekedCount += 1
        position += 1
      }
      let frame = FrameHeader(peeked)
      wantedCount = FrameHeader.byteCount + frame.peekedBytes
      if peekedCount == wantedCount { return frame }
    }
  }

  private mutating func refusal(of frame: FrameHeader) -> HTTP2ErrorCode? {
    isHeaderFrame = frame.type == .headers || frame.type == .continuation
    if blockStreamID != 0 {
      return refusalInBlock(of: frame)
    }
    guard ledger.spend(for: frame, contentBytes: contentBytes(of: frame)) else {
      return .enhanceYourCalm
    }
    switch frame.type {
    case .headers: return refusal(ofHeaders: frame)
    case .pushPromise:
      // RFC 9113 section 8.4: clients don't push, and as a client we don't let servers.
      return .protocolError
    case .priority: return refusal(ofPriority: frame)
    case .data where isOpened(frame.streamID):
      judged = frame
      return nil
    default: return nil
    }
  }

  /// RFC 9113 section 6.10: nothing but CONTINUATION of the same stream follows.
  private mutating func refusalInBlock(of frame: FrameHeader) -> HTTP2ErrorCode? {
    guard frame.type == .continuation, frame.streamID == blockStreamID else {
      return .protocolError
    }
    blockFrames += 1
    blockBytes += frame.length
    guard blockFrames <= continuationFrames, blockBytes <= headerBlockBytes else {
      return .enhanceYourCalm
    }
    if frame.has(.endHeaders) { blockStreamID = 0 }
    return nil
  }

  private mutating func refusal(ofHeaders frame: FrameHeader) -> HTTP2ErrorCode? {
    headerSections &+= 1
    // nghttp2 refuses stream 0, and even ones, with PROTOCOL_ERROR.
    guard frame.streamID > 0 else { return nil }
    if !frame.has(.endHeaders) {
      blockStreamID = frame.streamID
      blockFrames = 0
      blockBytes = frame.length
    }
    if isOpened(frame.streamID) {
      judged = frame
      return nil
    }
    guard isServer, frame.streamID % 2 == 1 else { return nil }
    if frame.streamID > lastStreamID + 2 {
      closed.remember(gap: (lastStreamID + 1)...(frame.streamID - 1))
    }
    lastStreamID = frame.streamID
    return ledger.streamOpened() ? nil : .enhanceYourCalm
  }

  /// RFC 9113 section 6.3 and RFC 7540 section 5.3.1: not on stream 0, not on itself. nghttp2
  /// skips PRIORITY unseen when RFC 7540's priorities are off.
  private func refusal(ofPriority frame: FrameHeader) -> HTTP2ErrorCode? {
    guard frame.streamID != 0 else { return .protocolError }
    guard frame.length == 5 else { return .frameSizeError }
    let dependency = FrameHeader.identifier(peeked, at: FrameHeader.byteCount)
    return dependency == frame.streamID ? .protocolError : nil
  }

  /// Whether the stream was opened before, so that it has a state to look at.
  private func isOpened(_ id: Int32) -> Bool {
    id > 0 && id % 2 == 1 && id <= lastStreamID
  }

  /// What DATA carries; padding is no content (RFC 9113 section 6.1).
  private func contentBytes(of frame: FrameHeader) -> Int {
    guard frame.has(.padded), frame.length > 0 else { return frame.length }
    return max(0, frame.length - 1 - Int(peeked[FrameHeader.byteCount]))
  }
}
