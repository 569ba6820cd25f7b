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
      throw CommandFailure(.refused, "skerry: \(problem.told(of: subject, path)).")
    }
  }

  /// Why a file can't be read, as the rest of a sentence.
  struct Problem: Error {
    let text: String

    /// The sentence without its full stop; `subject` says what the file at `path` is.
    func told(of subject: String, _ path: String) -> String { "\(subject) \(path) \(text)" }

    init(text: String) { self.text = text }

    init(_ error: StorageError) {
      switch error {
      case .permission: text = "may not be read by this user"
      case .folder: text = "is a folder, not a file"
      default: text = "can't be read (\(error))"
      }
    }
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
      return .failure(Problem(error))
    }
  }

  /// Why the file at `path` can't be read; nil if its first byte can.
  static func problem(_ path: String) -> Problem? {
    guard StoredFile.exists(path) else { return Problem(text: "does not exist") }
    do throws(StorageError) {
      _ = try StoredFile.readBeginning(path, bytes: 1)
      return nil
    } catch {
      return Problem(error)
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
