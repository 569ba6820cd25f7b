// A variable for several tasks.

/// A value that tasks of one loop share in tests.
final class Shared<Value>: @unchecked Sendable {
  // Confined to the loop of the test that made it.
  var value: Value

  init(_ value: Value) { self.value = value }
}
