// Files that commands read and write.

import Storage

/// Reads and writes whole files, with failures that say what to do.
enum TextFile {
  /// Bytes of a file that is read; a larger one is refused.
  static let maximumBytes = 1 << 30

  /// The text of the file at `path`; `subject` says what it is.
  static func read(_ path: String, _ subject: String) throws(CommandFailure) -> String {
    switch attempt(path) {
    case .success(let text): return text
    case .failure(let problem):
      throw CommandFailure(.refused, "skerry: \(subject) \(path) \(problem.text).")
    }
  }

  /// Why a file can't be read, as the rest of a sentence.
  struct Problem: Error {
    let text: String
  }

  /// The text of the file at `path`, or why it can't be read.
  static func attempt(_ path: String) -> Result<String, Problem> {
    guard StoredFile.exists(path) else { return .failure(Problem(text: "does not exist")) }
    do throws(StorageError) {
      let bytes = try StoredFile.read(path, maximumBytes: maximumBytes)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        return .failure(Problem(text: "is not UTF-8 text"))
      }
      return .success(text)
    } catch {
      switch error {
      case .permission: return .failure(Problem(text: "may not be read by this user"))
      case .folder: return .failure(Problem(text: "is a folder, not a file"))
      default: return .failure(Problem(text: "can't be read (\(error))"))
      }
    }
  }

  /// Puts `content` into the file at `path`, readable by its owner only.
  static func write(_ content: [UInt8], to path: String) throws(CommandFailure) {
    do throws(StorageError) {
      var file = try ReplacementFile(for: path)
      try file.append(content.span)
      try file.commit()
    } catch {
      throw CommandFailure(.refused, "skerry: \(error)")
    }
  }
}
