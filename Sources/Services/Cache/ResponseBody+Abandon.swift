// Bodies that nobody reads.

import Exchange

extension ResponseBody {
  /// Says that nobody will read it.
  func abandon() {
    if case .stream(let source) = self { source.abandon() }
  }
}
