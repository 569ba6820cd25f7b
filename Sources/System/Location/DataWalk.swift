// A way through nested values without recursion.

/// Goes over values as the library does when it skips them, and counts how many they are.
struct DataWalk {
  /// Values that all ways so far went over.
  private(set) var values = 0
  /// Members to come, of each map and array that the present value lies in.
  private var open: [Int] = []

  /// Goes over the value at `start` and all that it holds; `follow` gets where its pointers lead. The byte
  /// after it. Too many values, or too deep ones, are damage.
  @discardableResult
  mutating func skip(
    _ section: DataSection, from start: Int,
    _ follow: (Int) throws(LocationError) -> Void
  ) throws(LocationError) -> Int {
    let before = values
    var position = start
    open.removeAll(keepingCapacity: true)
    open.append(1)
    while let left = open.last {
      if left == 0 {
        open.removeLast()
        continue
      }
      open[open.count - 1] = left - 1
      let value = try section.value(at: position)
      position = value.end
      values += 1
      guard values - before <= LocationLimits.valuesOfRecord else {
        throw section.damage(start, "a record has too many values")
      }
      switch value.kind {
      case .pointer: try follow(value.number)
      case .map: open.append(value.number * 2)
      case .array: open.append(value.number)
      default: continue
      }
      guard open.count <= LocationLimits.nesting + 1 else {
        throw section.damage(start, "values lie too deep within each other")
      }
    }
    return position
  }
}
