// What waits in the order in which it came.

/// Elements in the order in which they came; taking the first costs the same, however many wait.
struct Line<Element> {
  private var elements: [Element] = []
  private var first = 0
  var count: Int { elements.count - first }
  var isEmpty: Bool { first == elements.count }

  init() {}

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func takeFirst() -> Element? {
    guard first < elements.count else { return nil }
    let element = elements[first]
    first += 1
    // Moved as often as it is long: each element once.
    if first * 2 >= elements.count {
      elements.removeFirst(first)
      first = 0
    }
    return element
  }
}
