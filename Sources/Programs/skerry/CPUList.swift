// Processor cores as people list them.

import ArgumentParser

/// A list of processor cores: `0,2-4` is 0, 2, 3 and 4. One that is named twice is there twice.
struct CPUList: ExpressibleByArgument, Equatable {
  let cores: [Int32]

  init?(argument: String) {
    var cores: [Int32] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
      guard (1...2).contains(bounds.count), let first = bounds[0],
        let last = bounds[bounds.count - 1], first >= 0, first <= last, last < 1024
      else { return nil }
      cores += first...last
      guard cores.count <= 1024 else { return nil }
    }
    self.cores = cores
  }
}
