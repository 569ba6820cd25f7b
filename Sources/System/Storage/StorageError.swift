// What can go wrong with stored state, each with where and what to do.

import Glibc

/// An error of Storage. `description` says what happened, where, and what to do about it.
package enum StorageError: Error, Equatable, Sendable {
  /// The file system refuses: who may read and write `path` must be changed.
  case permission(path: String)

  /// Nothing more can be written where `path` is.
  case diskFull(path: String)

  /// The map of `bytes` can't grow: it is at its maximum, or transactions did not end in time.
  case mapFull(path: String, bytes: Int)

  /// The file is damaged as listed; it was not opened.
  case corrupted(path: String, damages: [StorageDamage])

  /// A record does not have the checksum that it was written with.
  case corruptedRecord(table: String, key: [UInt8])

  /// A record was written by a later version of Skerry.
  case recordVersion(table: String, key: [UInt8], version: UInt8)

  /// The file is of another version of LMDB's format.
  case versionMismatch(path: String)

  /// Another process holds the environment with a library that can't share it.
  case incompatibleProcess(path: String)

  /// This process has the environment open already.
  case alreadyOpen(path: String)

  /// Another process has the environment open, and it was to be opened by one alone; the process is
  /// 0 if it can't be seen from here.
  case inUse(path: String, processID: Int32)

  /// Another process has been opening or closing the environment for too long.
  case busy(path: String)

  /// The environment was closed.
  case closed(path: String)

  /// Every reader's place is taken by a living transaction.
  case readersFull(path: String, limit: Int)

  /// A key is empty or longer than `StorageLimits.keyBytes`.
  case keyLength(table: String, bytes: Int)

  /// A write to the header page failed half-way, so that the environment must be opened again.
  case broken(path: String)

  /// There is a folder where a file was to be.
  case folder(path: String)

  /// Another error of the operating system.
  case system(operation: String, path: String, code: Int32)

  /// Another error of LMDB.
  case engine(operation: String, path: String, code: Int32)
}

extension StorageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .permission(let path):
      "\(path): reading or writing is not permitted. Let the user that runs Skerry own this "
        + "directory (chown -R USER, mode 0700), on a file system that is mounted for writing."
    case .diskFull(let path):
      "\(path): the disk (or the quota) is full, nothing was changed. Free some space and try "
        + "again."
    case .mapFull(let path, let bytes):
      "\(path): the map of \(bytes) bytes is full and could not grow, nothing was changed. Raise "
        + "the address space limit (ulimit -v), or end the long-running reader, and try again."
    case .corrupted(let path, let damages):
      "\(path): the file is damaged and was not opened: "
        + damages.prefix(3).map(\.description).joined(separator: "; ")
        + (damages.count > 3 ? "; and \(damages.count - 3) more" : "")
        + ". Move it away and restore an export or a backup; `skerry store check` lists everything."
    case .corruptedRecord(let table, let key):
      "table \(table), key \(Self.text(key)): the record is damaged (its checksum is wrong). "
        + "Restart Skerry to rebuild from the last export, or write this record again."
    case .recordVersion(let table, let key, let version):
      "table \(table), key \(Self.text(key)): the record has format \(version), which a later "
        + "version of Skerry wrote. Run that version, or restore an export of this one."
    case .versionMismatch(let path):
      "\(path): written in another version of LMDB's format. Start the version of Skerry that "
        + "wrote it, export there, and import here."
    case .incompatibleProcess(let path):
      "\(path): another process holds it with a library that can't share it. Stop that process "
        + "(`fuser -v` names it), then start again."
    case .alreadyOpen(let path):
      "\(path): this process has it open already; a second opening would break its locks. Use "
        + "the environment that is open."
    case .inUse(let path, let processID):
      "\(path): \(processID > 0 ? "process \(processID)" : "another process") has it open; nothing was "
        + "changed. Stop that process, or give another folder."
    case .busy(let path):
      "\(path): another process is opening or closing it and does not finish. See what it does "
        + "(`fuser -v` names it), then start again."
    case .closed(let path):
      "\(path): the environment is closed. Open it again."
    case .readersFull(let path, let limit):
      "\(path): all \(limit) places for readers are taken. End processes that hold it open for "
        + "long."
    case .keyLength(let table, let bytes):
      "table \(table): a key has \(bytes) bytes; it must have 1 to \(StorageLimits.keyBytes)."
    case .broken(let path):
      "\(path): writing the header failed half-way (a failing disk?). Check the disk (dmesg), "
        + "then restart Skerry."
    case .folder(let path):
      "\(path): is a folder. Name a file."
    case .system(let operation, let path, let code):
      "\(path): \(operation) failed: \(Self.reason(code)) (\(code)). \(Self.advice(code))"
    case .engine(let operation, let path, let code):
      "\(path): \(operation) failed in LMDB with code \(code). Run `skerry store check`, and "
        + "report it if that finds nothing."
    }
  }

  /// A key as it is shown: its text if it is printable ASCII, else hexadecimal digits.
  package static func text(_ key: [UInt8]) -> String {
    if !key.isEmpty, key.allSatisfy({ $0 > 32 && $0 < 127 }) {
      return String(decoding: key, as: UTF8.self)
    }
    return key.map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }

  /// The error for the operating system's `code`.
  static func of(_ code: Int32, _ operation: String, _ path: String) -> StorageError {
    switch code {
    case EACCES, EPERM, EROFS: .permission(path: path)
    case ENOSPC, EDQUOT: .diskFull(path: path)
    case EISDIR: .folder(path: path)
    default: .system(operation: operation, path: path, code: code)
    }
  }

  /// What to do about the operating system's `code`.
  private static func advice(_ code: Int32) -> String {
    switch code {
    case ENOENT, ENOTDIR: "Check the path, and make the folder that it lies in."
    default: "Look at the disk and the system's log, then try again."
    }
  }

  private static func reason(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error" }
    // Safe: the C library's own text, ended by NUL, copied at once.
    return unsafe String(cString: text)
  }
}
