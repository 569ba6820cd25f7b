// What must hold for any bytes: properties that fuzz targets run and unit tests replay.

import Primitives
import TLS

@testable import Reserve

let fuzzProperties: [(String, @Sendable ([UInt8]) -> String?)] = [
  ("StoreDocument", { documentProperty($0) }), ("ObjectHeader", { headerProperty($0) }),
  ("VoidNote", { noteProperty($0) }),
]

/// An answer in XML: what is read of it stays within its limits, and is read again from what is written of it.
func documentProperty(_ input: [UInt8]) -> String? {
  guard let document = StoreDocument(input.span) else { return nil }
  guard document.texts.count <= ReserveLimits.documentTexts else { return "too many texts" }
  for text in document.texts {
    let names = text.path.split(separator: "/", omittingEmptySubsequences: false)
    guard names.count <= ReserveLimits.documentDepth else { return "too deep" }
    guard names.allSatisfy({ !$0.isEmpty }) else { return "an element without a name" }
    var again = ""
    for name in names { again += "<\(name)>" }
    for scalar in text.value.unicodeScalars { again += "&#\(scalar.value);" }
    for name in names.reversed() { again += "</\(name)>" }
    guard again.utf8.count <= ReserveLimits.documentBytes, !names.contains(where: isOdd) else {
      continue
    }
    guard StoreDocument(Array(again.utf8).span)?.texts == [text] else {
      return "\(text.path) is not read again"
    }
  }
  return nil
}

/// Names that mean something else at the beginning of a tag, which only the first reader let pass at its end.
private func isOdd(_ name: Substring) -> Bool {
  name.utf8.count > 64 || name.hasPrefix("!") || name.hasPrefix("?") || name.utf8.contains(0x3e)
    || name.utf8.contains(0x3c)
}

/// The beginning of an object, with its seal made right if it has a length: what is read is written the
/// same.
func headerProperty(_ input: [UInt8]) -> String? {
  var bytes = input
  if bytes.count >= ObjectHeader.bytes {
    let end = ObjectHeader.bytes - SHA256.bytes
    guard let seal = SHA256.digest(of: bytes.span.extracting(0..<end)) else { return nil }
    bytes.replaceSubrange(end..<ObjectHeader.bytes, with: seal)
  }
  guard let header = ObjectHeader(bytes.span) else { return nil }
  guard header.objectBytes <= 2 << 20 else { return "a length beyond the limits" }
  let times = [header.received, header.expires, header.written].map(\.seconds)
  guard times.allSatisfy({ $0 >= 0 && $0 <= 1 << 40 }) else { return "a time beyond the limits" }
  return header.encoded == Array(bytes[..<ObjectHeader.bytes])
    ? nil : "what was read is not what was written"
}

/// A zone's note: what is read stays within its limits, and is read again from what is written of it.
func noteProperty(_ input: [UInt8]) -> String? {
  guard let note = VoidNote(input) else { return nil }
  guard note.groups.count <= ReserveLimits.groupsPerZone,
    note.removals.count <= ReserveLimits.waitingRemovals
  else { return "more than the limits" }
  return VoidNote(note.bytes) == note ? nil : "what was read is not read again"
}
