// Counts what costs us work and the peer nothing, so that floods end early.

import Primitives

/// The credits of one connection for each kind of frame that can flood it.
struct FloodLedger {
  private let windowNanoseconds: UInt64
  private let completedStreamsPerReset: Int
  private var windowStart: Instant?
  private var completed = 0

  private var streams: FrameAllowance
  private var resets: FrameAllowance
  private var pings: FrameAllowance
  private var settings: FrameAllowance
  private var priorities: FrameAllowance
  private var emptyData: FrameAllowance
  private var smallData: FrameAllowance
  private var windowUpdates: FrameAllowance
  private var others: FrameAllowance
  private var lateContent: FrameAllowance

  init(_ limits: HTTP2Limits) {
    windowNanoseconds = limits.windowNanoseconds
    completedStreamsPerReset = max(limits.completedStreamsPerReset, 1)
    streams = FrameAllowance(limits.streams)
    resets = FrameAllowance(limits.resets)
    pings = FrameAllowance(limits.pings)
    settings = FrameAllowance(limits.settings)
    priorities = FrameAllowance(limits.priorities)
    emptyData = FrameAllowance(limits.emptyData)
    smallData = FrameAllowance(limits.smallData)
    windowUpdates = FrameAllowance(limits.windowUpdates)
    others = FrameAllowance(limits.otherFrames)
    lateContent = FrameAllowance(limits.lateContentBytes)
  }

  /// Begins a new window when the last one is over.
  mutating func advance(to now: Instant) {
    guard let start = windowStart else {
      windowStart = now
      return
    }
    guard now.nanoseconds(since: start) >= windowNanoseconds else { return }
    windowStart = now
    streams.refill()
    resets.refill()
    pings.refill()
    settings.refill()
    priorities.refill()
    emptyData.refill()
    smallData.refill()
    windowUpdates.refill()
    others.refill()
    lateContent.refill()
  }

  /// The peer opened a stream; false if that was one too many.
  mutating func streamOpened() -> Bool {
    priorities.earn(4)
    windowUpdates.earn(4)
    return streams.spend()
  }

  /// A stream ended as it should.
  mutating func streamCompleted() {
    completed += 1
    guard completed >= completedStreamsPerReset else { return }
    completed = 0
    resets.earn(1)
  }

  /// A stream was answered before its request's end: if the peer resets it, that is no flood.
  mutating func streamAnsweredEarly() { resets.earn(1) }

  /// Content came for a request that is answered; false if the rest is to be cut off.
  mutating func lateContent(_ count: Int) -> Bool { lateContent.spend(count) }

  /// We sent a DATA frame, which the peer may answer with WINDOW_UPDATE.
  mutating func dataSent() { windowUpdates.earn(4) }

  /// The peer reset a stream, or made us do it; false if that was one too many.
  mutating func streamReset() -> Bool { resets.spend() }

  /// Whether the peer may send this frame, as far as counts go; `contentBytes` is about DATA.
  mutating func spend(for frame: FrameHeader, contentBytes: Int) -> Bool {
    switch frame.type {
    case .data:
      // The last frame of a stream is bounded by the streams.
      guard contentBytes < Limits.smallDataBytes, !frame.has(.endStream) else { return true }
      return contentBytes == 0 ? emptyData.spend() : smallData.spend()
    case .headers, .continuation, .pushPromise: return true
    case .resetStream: return resets.spend()
    case .ping: return frame.has(.acknowledge) ? others.spend() : pings.spend()
    case .settings: return frame.has(.acknowledge) ? others.spend() : settings.spend()
    case .priority, .priorityUpdate: return priorities.spend()
    case .windowUpdate: return windowUpdates.spend()
    case .goAway, .unknown: return others.spend()
    }
  }
}
