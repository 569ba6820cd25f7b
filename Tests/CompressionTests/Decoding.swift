// Decoding by programs that are not ours.

import Glibc
import Testing

@testable import Compression

/// An encoder with the program that decodes what it makes.
enum Coding: CaseIterable, Sendable {
  case gzip1, gzip2, gzip3, brotli2, brotli3, brotli4, brotli5

  var encoder: any ContentEncoder {
    switch self {
    case .gzip1: GzipEncoder(level: 1)
    case .gzip2: GzipEncoder(level: 2)
    case .gzip3: GzipEncoder(level: 3)
    case .brotli2: BrotliEncoder(quality: 2)
    case .brotli3: BrotliEncoder(quality: 3)
    case .brotli4: BrotliEncoder(quality: 4)
    case .brotli5: BrotliEncoder(quality: 5)
    }
  }

  private var program: String {
    switch self {
    case .gzip1, .gzip2, .gzip3: "gzip"
    default: "brotli"
    }
  }

  /// What the program makes of the start of a content, up to a flush. For brotli, which gives nothing
  /// before the end, an empty last block follows (RFC 7932 section 9.2).
  func decodeStart(_ bytes: [UInt8]) throws -> [UInt8] {
    program == "gzip" ? try decode(bytes, isCutOff: true) : try decode(bytes + [0x03])
  }

  /// What the program makes of `bytes`; they need not be complete where `isCutOff`.
  func decode(_ bytes: [UInt8], isCutOff: Bool = false) throws -> [UInt8] {
    let coded = try Scratch()
    let decoded = try Scratch()
    try coded.write(bytes)
    let status = unsafe system(
      "\(program) --decompress --stdout < \(coded.path) > \(decoded.path) 2>/dev/null")
    #expect(status == 0 || isCutOff, "\(program) refuses it")
    return try decoded.read()
  }
}

/// A file that is gone with its object.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/skerry-compression.XXXXXX".utf8CString)
    let descriptor = unsafe template.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return -1 }
      return unsafe mkstemp(base)
    }
    try #require(descriptor >= 0)
    close(descriptor)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { unsafe unlink(path) }

  func write(_ bytes: [UInt8]) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_TRUNC)
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done)
      }
      try #require(count > 0)
      done += count
    }
  }

  func read() throws -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    defer { close(descriptor) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      try #require(count >= 0)
      if count == 0 { return all }
      all += buffer[..<count]
    }
  }
}
