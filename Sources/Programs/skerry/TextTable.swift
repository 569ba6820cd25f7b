// Columns of text.

/// Rows of cells as aligned text. Columns are two spaces apart, the last one is not filled up.
struct TextTable {
  var rows: [[String]]
  /// The columns whose cells stand at the right: numbers.
  var rightAligned: Set<Int> = []

  /// The rows as lines.
  var text: String {
    var widths: [Int] = []
    for row in rows {
      for (index, cell) in row.enumerated() {
        if index == widths.count { widths.append(0) }
        widths[index] = max(widths[index], cell.count)
      }
    }
    return rows.map { line($0, widths) + "\n" }.joined()
  }

  private func line(_ row: [String], _ widths: [Int]) -> String {
    let cells = row.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: widths[index] - cell.count)
      if rightAligned.contains(index) { return padding + cell }
      return index == row.count - 1 ? cell : cell + padding
    }
    return cells.joined(separator: "  ")
  }
}
