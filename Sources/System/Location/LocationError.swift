// Why a database can't be used.

import Glibc

/// What is wrong with a database. `description` goes on after the file's name.
package enum LocationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It is something else; the words say what it lacks or is.
  case noDatabase(String)
  /// It does not hold together at a byte of the file.
  case damaged(at: Int, String)
  /// It is a sound database of something else; its own word for that is given.
  case noCountries(type: String)
  /// The system has no memory for it; its code is told.
  case system(Int32)

  package var description: String {
    switch self {
    case .noDatabase(let reason):
      "is no database in MaxMind DB format: \(reason)"
    case .damaged(let position, let reason):
      "is damaged at byte \(position): \(reason). Fetch it again"
    case .noCountries(let type):
      "is a database of the type \"\(type)\", whose records have no country. Give one of countries or "
        + "cities, as GeoLite2-Country.mmdb or dbip-country-lite.mmdb"
    case .system(let code):
      "can't be held in memory (\(Self.text(of: code)))"
    }
  }

  private static func text(of code: Int32) -> String {
    // Safe: the C library returns a text that it owns, or its text for an unknown code.
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }
}
