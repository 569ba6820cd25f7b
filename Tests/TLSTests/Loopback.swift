// Blocking sockets, files and commands, for the one suite that needs them.

import Glibc

/// What a system call of a test returned as its failure.
struct SystemFailure: Error {
  let call: String
  let number = errno
}

/// A listening socket of loopback on a port that the system chose.
final class Loopback {
  let descriptor: Int32
  let port: UInt16

  init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    guard descriptor >= 0 else { throw SystemFailure(call: "socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Safe: the address lives during the calls and has the length that is told.
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard result else { throw SystemFailure(call: "bind") }
  }

  deinit { close(descriptor) }

  func accept() throws -> LoopbackConnection {
    let connection = Glibc.accept(descriptor, nil, nil)
    guard connection >= 0 else { throw SystemFailure(call: "accept") }
    return LoopbackConnection(connection)
  }
}

/// A connected socket.
final class LoopbackConnection {
  let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  init(port: UInt16) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    // Safe: as above.
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw SystemFailure(call: "connect") }
  }

  deinit { close(descriptor) }

  /// The next bytes; nil at the end.
  func receive() throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 20_000)
    // Safe: the array has the room that is told.
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw SystemFailure(call: "recv") }
    return count == 0 ? nil : Array(buffer[..<count])
  }

  func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  func send(_ bytes: [UInt8]) throws {
    // Safe: the array has the bytes that are told; few enough for the socket's buffer.
    let count = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    guard count == bytes.count else { throw SystemFailure(call: "send") }
  }
}

/// A file that is gone with its owner.
final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8]) throws {
    var template = Array("/tmp/skerry-tls-XXXXXX".utf8CString)
    // Safe: the template ends with a NUL and is written in place; the bytes have their length.
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw SystemFailure(call: "mkstemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let count = unsafe write(descriptor, bytes, bytes.count)
    close(descriptor)
    guard count == bytes.count else { throw SystemFailure(call: "write") }
  }

  deinit { unsafe unlink(path) }
}

/// A shell command whose output is read.
@safe final class Command {
  // Safe: closed exactly once, by `finish`.
  private let stream: UnsafeMutablePointer<FILE>

  init(_ command: String) throws {
    guard let stream = unsafe popen("bash -c '\(command)'", "r") else {
      throw SystemFailure(call: "popen")
    }
    unsafe self.stream = stream
  }

  /// A line of its output; nil at the end.
  func line() -> String? {
    var buffer = [CChar](repeating: 0, count: 1_000)
    guard unsafe fgets(&buffer, Int32(buffer.count), stream) != nil else { return nil }
    return String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// All the rest of its output, once it has ended.
  func finish() -> String {
    var text = ""
    while let line = line() { text += line }
    _ = unsafe pclose(stream)
    return text
  }
}
