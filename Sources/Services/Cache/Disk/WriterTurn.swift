// What the writer wants after a turn.

import Primitives

/// When the writer is to be called again.
enum WriterTurn: Equatable {
  /// When there are changes.
  case idle
  /// At once: there is more to do.
  case again
  /// Not before this instant, after failures.
  case rest(until: Instant)
}
