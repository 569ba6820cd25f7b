// Where something stands in a zone file.

/// A line and a column, both counted from 1; columns are bytes.
package struct ZoneFilePosition: Equatable, Comparable, Sendable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (a: ZoneFilePosition, b: ZoneFilePosition) -> Bool {
    (a.line, a.column) < (b.line, b.column)
  }
}
