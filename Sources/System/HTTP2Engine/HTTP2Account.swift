// What waits on some of a session's streams.

/// Sums the content that waits on those streams of a session whose `account` it is.
open class HTTP2Account {
  /// In bytes.
  package internal(set) final var queuedBytes = 0

  package init() {}

  /// So many bytes of it are framed and leave.
  open func sent(_ count: Int) {}
}
