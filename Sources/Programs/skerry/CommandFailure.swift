// Why a command did not do what was asked.

import ArgumentParser
import Control

/// A failure with its exit status and what is told on standard error.
struct CommandFailure: Error, Equatable {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  init(_ error: ControlClientError) { self.init(.unreachable, "skerry: \(error)") }

  /// What the edge refused, with every fault. `subject` says what was tried.
  /// What only looks changes nothing, and does not say so.
  init(_ faults: [ControlFault], _ subject: String, isChange: Bool = true) {
    let lines = faults.map { fault in
      fault.path.isEmpty ? "  \(fault.message)" : "  \(fault.path): \(fault.message)"
    }
    let title = "skerry: \(subject) was refused\(isChange ? "; nothing was changed" : ""):"
    self.init(.refused, ([title] + lines).joined(separator: "\n"))
  }
}
