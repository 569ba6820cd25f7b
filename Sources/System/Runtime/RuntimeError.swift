// What can go wrong between us and the kernel.

import CLinux

/// A failed system call: what was tried, on what, and why it failed.
package struct RuntimeError: Error, CustomStringConvertible, Sendable {
  package let operation: String
  package let subject: String
  /// The errno, positive.
  package let code: Int32

  package init(_ operation: String, _ subject: String, result: Int) {
    self.operation = operation
    self.subject = subject
    self.code = Int32(truncatingIfNeeded: -result)
  }

  package var description: String {
    "can't \(operation) \(subject): \(Self.text(of: code))\(Self.advice[code] ?? "")"
  }

  /// The kernel's words for an errno.
  package static func text(of code: Int32) -> String {
    // Safe: the C library returns a constant, zero-terminated string.
    unsafe String(cString: skerry_error_text(code))
  }

  private static let advice: [Int32: String] = [
    13: " (ports below 1024 need root or the capability CAP_NET_BIND_SERVICE)",
    24: " (raise the limit of open files: ulimit -n)",
    98: " (another process listens there: stop it or choose another port)",
    99: " (the address is not one of this machine's)",
  ]
}
