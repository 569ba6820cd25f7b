// What holds of every file, for the fuzz targets and the unit tests.

import Location

/// Whatever a file holds: it is refused, or answers look-ups of any address, each time the same.
func locationProperty(_ input: [UInt8]) -> String? {
  let database: LocationDatabase
  do throws(LocationError) { database = try LocationDatabase(input) } catch {
    return error.description.isEmpty ? "an error without words" : nil
  }
  // Addresses that the input chooses, and some at the edges.
  var words: [(UInt64, UInt64)] = [
    (0, 0), (.max, .max), (0, 0xffff_ffff_ffff), (0, 0xffff_0000_0000),
  ]
  for start in stride(from: 0, to: min(input.count, 512), by: 8) {
    let word = input[start..<min(start + 8, input.count)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    words.append((word, word &* 0x9e37_79b9_7f4a_7c15))
    words.append((0, 0xffff_0000_0000 | word & 0xffff_ffff))
  }
  for (high, low) in words {
    let location = database.location(high, low)
    guard database.country(high, low) == location.country else { return "two countries" }
    let letters = [location.country.first, location.country.second]
    guard letters.allSatisfy({ (0x41...0x5a).contains($0) }) else { return "no letters" }
  }
  return nil
}

/// The properties by their targets' names.
let fuzzProperties: [(String, @Sendable ([UInt8]) -> String?)] = [("Database", locationProperty)]
