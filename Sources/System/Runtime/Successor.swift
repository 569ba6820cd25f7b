// The process that takes over: started with our listening sockets, heard of when it serves.

import CLinux
import Primitives

/// A new process of the same program that inherits descriptors and says when it is ready.
package struct Successor: Sendable {
  package let processID: Int32
  private let readyDescriptor: Int32

  /// The variable that tells the new process where to say that it serves.
  private static let readyVariable = "SKERRY_READY"

  /// Starts `path` with `arguments` and the environment and `variables`; `descriptors` survive into
  /// the new process under their numbers.
  package static func start(
    path: String, arguments: [String], variables: [String: String], descriptors: [Int32]
  ) throws(RuntimeError) -> Successor {
    var ends: (Int32, Int32) = (0, 0)
    let piped = unsafe withUnsafeMutablePointer(to: &ends) { pointer in
      unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe skerry_pipe($0) }
    }
    guard piped >= 0 else { throw RuntimeError("make", "a pipe", result: Int(piped)) }
    let kept = descriptors + [ends.1]
    for descriptor in kept { skerry_keep_across_exec(descriptor, true) }
    var environment = variables
    environment[readyVariable] = String(ends.1)
    let result = spawn(path, [path] + arguments, environment)
    for descriptor in kept { skerry_keep_across_exec(descriptor, false) }
    skerry_close(ends.1)
    guard result >= 0 else {
      skerry_close(ends.0)
      throw RuntimeError("start", path, result: Int(result))
    }
    return Successor(processID: result, readyDescriptor: ends.0)
  }

  /// Whether the new process serves (true), has died (false), or neither yet (nil).
  package var hasTakenOver: Bool? {
    var byte: UInt8 = 0
    let count = unsafe skerry_read(readyDescriptor, &byte, 1)
    if count == 1 { return true }
    if count == 0 || skerry_has_exited(processID) == 1 { return false }
    return nil
  }

  /// Ends the new process: as an operator would, or at once.
  package func end(atOnce: Bool) { skerry_end_process(processID, atOnce) }

  /// Stops listening for the new process; it lives on.
  package func close() { skerry_close(readyDescriptor) }

  /// In the new process: says that it serves. Does nothing in a process that succeeds nobody.
  package static func sayReady(_ environment: [String: String]) {
    guard let text = environment[readyVariable], let descriptor = Int32(text) else { return }
    var byte: UInt8 = 1
    _ = unsafe skerry_write(descriptor, &byte, 1)
    skerry_close(descriptor)
  }

  private static func spawn(
    _ path: String, _ arguments: [String], _ environment: [String: String]
  ) -> Int32 {
    let variables = environment.map { "\($0.key)=\($0.value)" }
    return unsafe withCStrings(arguments) { arguments in
      unsafe withCStrings(variables) { variables in
        unsafe skerry_spawn(path, arguments, variables)
      }
    }
  }

  /// Lends `texts` as a null-terminated array of C strings.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    // Safe: every string is copied to memory of its own, freed after the call.
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe texts.map { text in
      let bytes = Array(text.utf8CString)
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      unsafe copy.initialize(from: bytes, count: bytes.count)
      return unsafe copy
    }
    unsafe pointers.append(nil)
    defer { for index in unsafe pointers.indices { unsafe pointers[index]?.deallocate() } }
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("not empty") }
      return unsafe body(base)
    }
  }
}
