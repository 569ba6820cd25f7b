// How long peers may take.

/// How long a zone waits for peers, which wait for its origins: longer than these may take.
package struct TierPatience: Sendable, Equatable {
  /// Until a head comes.
  let head: Duration
  /// Between two pieces of a body.
  let silence: Duration

  /// For a zone whose slowest origin may take so long to connect and to answer, and be silent for so long.
  package init(answer: Duration = .zero, silence: Duration = .zero) {
    head = max(TierLimits.headDuration, answer * TierLimits.headTimes)
    self.silence = max(TierLimits.bodySilence, silence + TierLimits.addedSilence)
  }
}
