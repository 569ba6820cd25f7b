// Forms with files (RFC 7578).

import Primitives

/// The parts of a form by their names; none if the content is no form.
struct MultipartForm {
  private var parts: [String: [UInt8]] = [:]

  subscript(name: String) -> [UInt8]? { parts[name] }

  init(_ body: [UInt8], contentType: String?) throws(APIError) {
    guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data") else { return }
    guard let boundary = Self.parameter("boundary", in: contentType), !boundary.isEmpty,
      boundary.utf8.count <= 70
    else { throw APIError(400, 9_207, "The form has no boundary (RFC 7578 section 4.1)") }
    let delimiter = Array("--\(boundary)".utf8)
    var place = 0
    while let start = Self.find(delimiter, in: body, from: place) {
      let head = start + delimiter.count
      if body[head...].starts(with: "--".utf8) { return }
      guard let fields = Self.find(Array("\r\n\r\n".utf8), in: body, from: head),
        let end = Self.find(Array("\r\n".utf8) + delimiter, in: body, from: fields + 4)
      else { break }
      let text = String(decoding: body[head..<fields], as: UTF8.self)
      if let line = text.split(separator: "\r\n").first(where: {
        $0.lowercased().hasPrefix("content-disposition:")
      }), let name = Self.parameter("name", in: String(line)) {
        parts[name] = Array(body[(fields + 4)..<end])
      }
      place = end + 2
    }
    throw APIError(400, 9_207, "The form breaks off (RFC 7578)")
  }

  /// The value of a parameter, with or without quotes.
  private static func parameter(_ name: String, in text: String) -> String? {
    for part in text.split(separator: ";").dropFirst() {
      let sides = part.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, String(sides[0]).trimmed.lowercased() == name else { continue }
      let value = String(sides[1]).trimmed
      return value.hasPrefix("\"") && value.count > 1
        ? String(value.dropFirst().dropLast()) : String(value)
    }
    return nil
  }

  private static func find(_ wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard start + wanted.count <= bytes.count, let first = wanted.first else { return nil }
    var place = start
    while place + wanted.count <= bytes.count {
      if bytes[place] == first, bytes[place..<(place + wanted.count)].elementsEqual(wanted) {
        return place
      }
      place += 1
    }
    return nil
  }
}
