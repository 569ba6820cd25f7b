// The numbered files of a real folder.

import Glibc

/// The files `NUMBER.segment` of a folder, the number in eight hexadecimal digits.
package struct SegmentFolder: SegmentFiles {
  private let path: String
  private static let ending = ".segment"

  /// The folder at `path`, which is made if it is missing (its parent must exist).
  package init(_ path: String) throws(StorageError) {
    self.path = path
    try StoredFile.makeDirectory(path)
  }

  /// As `SegmentFiles.numbers`; other files of the folder are left alone.
  package func numbers() throws(StorageError) -> [UInt32] {
    guard let directory = unsafe opendir(path) else { throw .of(errno, "listing", path) }
    defer { unsafe closedir(directory) }
    var numbers: [UInt32] = []
    while let entry = unsafe readdir(directory) {
      // Safe: the name is ended by NUL within the entry, which is valid until the next `readdir`.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if let number = Self.number(of: name) { numbers.append(number) }
    }
    return numbers
  }

  /// As `SegmentFiles.create`.
  package func create(_ number: UInt32) throws(StorageError) -> any SegmentFile {
    let file = try OpenFile(name(of: number), flags: O_RDWR | O_CREAT | O_EXCL)
    try OpenFile.synchroniseDirectory(path)
    return OpenSegment(file)
  }

  /// As `SegmentFiles.open`.
  package func open(_ number: UInt32) throws(StorageError) -> any SegmentFile {
    OpenSegment(try OpenFile(name(of: number), flags: O_RDWR))
  }

  /// As `SegmentFiles.remove`; a file that is not there is no error.
  package func remove(_ number: UInt32) throws(StorageError) {
    let name = name(of: number)
    guard unsafe unlink(name) == 0 || errno == ENOENT else { throw .of(errno, "removing", name) }
  }

  private func name(of number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return path + "/" + String(repeating: "0", count: 8 - digits.count) + digits + Self.ending
  }

  private static func number(of name: String) -> UInt32? {
    guard name.hasSuffix(ending), name.utf8.count == 8 + ending.utf8.count else { return nil }
    return UInt32(name.prefix(8), radix: 16)
  }
}
