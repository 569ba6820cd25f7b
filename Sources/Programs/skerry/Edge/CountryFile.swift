// The file of `--country-database`.

import Control
import Location
import Primitives
import Storage

/// A database of countries in a file, which may be replaced at any time. Reads it: not on a loop of
/// tenants.
final class CountryFile: Sendable {
  let path: String
  private let state: Guarded<State>

  /// What is known of the file.
  private struct State: Sendable {
    var database: LocationDatabase
    /// The file that the database is from.
    var used: FileState
    /// The last file that could not be used.
    var refused: FileState?
    /// The file at the last look.
    var seen: FileState?
    /// Why the file is not the one in use.
    var problem: String?
  }

  /// What came of a look at the file.
  enum Outcome {
    /// It is the one that is known, or still being written.
    case unchanged
    case replaced(LocationDatabase)
    /// It can't be used, which is told once; the one before stays in use.
    case failed(String)
  }

  /// Reads the file at `path`.
  init(_ path: String) throws(TextFile.Problem) {
    self.path = path
    let (database, file) = try Self.read(path)
    state = Guarded(State(database: database, used: file))
  }

  /// The database in use.
  var database: LocationDatabase { state.withLock { $0.database } }

  /// Why the file is not the one in use, as a sentence; nil if it is.
  var problem: String? { state.withLock { $0.problem } }

  /// For `status`.
  var facts: EdgeFacts.CountryFacts {
    let database = database
    return EdgeFacts.CountryFacts(
      file: path, type: database.type, builtAtSeconds: database.builtAtSeconds,
      bytes: database.byteCount)
  }

  /// Why the file at `path` can't be used, as the rest of a sentence; nil if it can.
  static func problem(_ path: String) -> TextFile.Problem? {
    do throws(TextFile.Problem) {
      _ = try read(path)
      return nil
    } catch { return error }
  }

  /// Reads the file if it is another one than before, and has been at the look before as well: one that
  /// is written in place is not read half-way.
  func look() -> Outcome {
    let file: FileState
    do throws(TextFile.Problem) { file = try Self.file(path) } catch { return failed(error, nil) }
    let isSettled = state.withLock { state in
      if file == state.used { state.problem = nil }
      defer { state.seen = file }
      return file == state.seen && file != state.used && file != state.refused
    }
    guard isSettled else { return .unchanged }
    do throws(TextFile.Problem) {
      let (database, file) = try Self.read(path)
      state.withLock { $0 = State(database: database, used: file) }
      return .replaced(database)
    } catch { return failed(error, file) }
  }

  private func failed(_ error: TextFile.Problem, _ file: FileState?) -> Outcome {
    let text = "\(path) \(error.text). The database of countries before it stays in use."
    return state.withLock { state in
      state.refused = file
      state.seen = file
      defer { state.problem = text }
      return state.problem == text ? .unchanged : .failed(text)
    }
  }

  private static func file(_ path: String) throws(TextFile.Problem) -> FileState {
    guard StoredFile.exists(path) else { throw TextFile.Problem(text: "does not exist") }
    let file: FileState
    do throws(StorageError) { file = try FileState(path) } catch { throw TextFile.Problem(error) }
    if file.isFolder { throw TextFile.Problem(.folder(path: path)) }
    // To open a pipe would wait for one who writes into it.
    guard file.isRegular else { throw TextFile.Problem(text: "is no ordinary file") }
    return file
  }

  private static func read(
    _ path: String
  ) throws(TextFile.Problem) -> (LocationDatabase, FileState) {
    let file = try file(path)
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try StoredFile.read(path, maximumBytes: LocationLimits.databaseBytes)
    } catch { throw TextFile.Problem(error) }
    do throws(LocationError) {
      return (try LocationDatabase(bytes), file)
    } catch { throw TextFile.Problem(text: error.description) }
  }
}
