// The names of an environment's files.

/// The files in an environment's directory.
enum StoragePaths {
  static func data(in directory: String) -> String { directory + "/data.mdb" }

  static func lock(in directory: String) -> String { directory + "/lock.mdb" }

  /// Held while a process opens or closes the environment.
  static func gate(in directory: String) -> String { directory + "/gate" }

  /// There only while nobody has the environment open and the last one closed it properly.
  static func marker(in directory: String) -> String { directory + "/closed" }

  /// There while an expendable file is in use that was not closed properly and not checked.
  static func doubt(in directory: String) -> String { directory + "/doubt" }
}
