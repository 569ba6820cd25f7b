// The terminal that a command-line tool runs in.

import CLinux

/// What a live view needs of its terminal.
package enum Terminal {
  /// Whether standard output is a terminal.
  package static var hasOutput: Bool { skerry_is_terminal(1) }

  /// Whether standard input is a terminal, so that keys can be read.
  package static var hasInput: Bool { skerry_is_terminal(0) }

  /// Columns and rows of standard output; 80 and 24 where there is no terminal.
  package static var size: (columns: Int, rows: Int) {
    var columns: UInt16 = 0
    var rows: UInt16 = 0
    let result = unsafe skerry_terminal_size(1, &columns, &rows)
    guard result >= 0, columns > 0, rows > 0 else { return (80, 24) }
    return (Int(columns), Int(rows))
  }

  /// From here on keys arrive one by one, unseen, and control-C is a key; undone by `restore`.
  package static func readByKey() { _ = skerry_terminal_by_key(0) }

  /// Puts back the settings that `readByKey` found.
  package static func restore() { _ = skerry_terminal_restore(0) }

  /// Does nothing for so long.
  package static func pause(milliseconds: Int) { _ = skerry_wait(-1, false, Int64(milliseconds)) }

  /// What can happen to one who waits for a key.
  package enum Key: Equatable, Sendable {
    case byte(UInt8)
    case none
    case end
  }

  /// Waits for a key at most so long.
  package static func key(withinMilliseconds timeout: Int) -> Key {
    let ready = skerry_wait(0, false, Int64(timeout))
    guard ready > 0 else { return .none }
    var byte: UInt8 = 0
    return unsafe skerry_read(0, &byte, 1) == 1 ? .byte(byte) : .end
  }
}
