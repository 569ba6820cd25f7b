// A record as an object in the bucket, and back.

import Exchange
import Primitives
import Runtime
import TLS

/// Makes objects of records, and records of objects that are sound in every byte. Digests are made piece by
/// piece; others have their turn between.
enum ReservedObject {
  /// Why an object is no record that was asked for.
  enum Flaw: Error, Sendable {
    /// It is shorter or longer than it says, or too short to say anything.
    case truncated
    /// A byte of it is not what it was.
    case altered
    /// It is whole, but of another name or zone.
    case foreign
  }

  /// An object that is ready to be sent.
  struct Sealed: Sendable {
    let header: ObjectHeader
    let bytes: Bytes
    /// Of all of `bytes`.
    let digest: [UInt8]
  }

  /// The header of the object that `record` would be; nil if it is too large, or the library fails.
  static func header(
    of record: ReservedRecord, named name: ObjectName, written: WallTime, _ parker: Parker
  ) async -> ObjectHeader? {
    guard record.head.count <= ReserveLimits.headBytes,
      record.bodyBytes <= ReserveLimits.bodyBytes
    else { return nil }
    guard let head = await digest(of: [record.head], parker),
      let body = await digest(of: record.body, parker)
    else { return nil }
    return ObjectHeader(
      zone: record.zone, sequence: record.sequence, received: record.receivedWall,
      expires: record.expiresWall, written: written, headBytes: record.head.count,
      bodyBytes: record.bodyBytes, name: name.digest, head: head, body: body)
  }

  /// The whole object; nil if the library fails.
  static func seal(
    _ record: ReservedRecord, _ header: ObjectHeader, _ parker: Parker
  ) async -> Sealed? {
    guard let start = header.encoded else { return nil }
    let storage = ByteStorage(capacity: header.objectBytes)
    _ = storage.append(start.span)
    for piece in [record.head] + record.body { _ = piece.withSpan { storage.append($0) } }
    let bytes = Bytes(storage, offset: 0, count: storage.count)
    guard let digest = await digest(of: [bytes], parker) else { return nil }
    return Sealed(header: header, bytes: bytes, digest: digest)
  }

  /// The record that an object is, which shares its memory.
  static func open(
    _ object: Bytes, named name: ObjectName, of zone: ZoneID, _ parker: Parker
  ) async throws(Flaw) -> (record: ReservedRecord, header: ObjectHeader) {
    guard object.count >= ObjectHeader.bytes else { throw .truncated }
    guard let header = object.withSpan({ ObjectHeader($0) }) else { throw .altered }
    guard header.objectBytes == object.count else { throw .truncated }
    guard header.zone == zone, header.name == name.digest else { throw .foreign }
    let head = object.slice(ObjectHeader.bytes..<ObjectHeader.bytes + header.headBytes)
    let body = object.dropFirst(ObjectHeader.bytes + header.headBytes)
    guard await digest(of: [head], parker) == header.head,
      await digest(of: [body], parker) == header.body
    else { throw .altered }
    let record = ReservedRecord(
      zone: zone, sequence: header.sequence, receivedWall: header.received,
      expiresWall: header.expires, head: head, body: body.isEmpty ? [] : [body])
    return (record, header)
  }

  /// The digest of pieces one behind the other; nil if the library fails.
  static func digest(of pieces: [Bytes], _ parker: Parker) async -> [UInt8]? {
    var digest = SHA256()
    for piece in pieces {
      var rest = piece
      while !rest.isEmpty {
        let part = rest.slice(0..<min(rest.count, ReserveLimits.digestedBytes))
        part.withSpan { digest.update($0) }
        rest = rest.dropFirst(part.count)
        if part.count == ReserveLimits.digestedBytes { await parker.yield() }
      }
    }
    return digest.finish()
  }
}
