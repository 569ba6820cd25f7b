// Why a check failed.

/// What was wrong with an address, for the operator.
struct CheckFault: Error, Equatable {
  let text: String

  init(_ text: String) { self.text = text }
}
