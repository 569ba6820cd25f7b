// A zone from another server.

import DNS
import NameService
import Primitives
import Runtime

/// Transfers a zone from the server that has it.
struct DNSTransfer {
  let name: String
  let server: SocketAddress
  let key: TSIGKey?

  /// Seconds that the server may take for each part.
  private static let timeoutSeconds: Int32 = 30

  /// The records of the zone; signatures and what else a signer makes are left out, and counted.
  func records() throws(CommandFailure) -> (records: [ZoneRecord], leftOut: Int) {
    var reader = try makeReader()
    let fault: TransferReader.Fault?
    do throws(RuntimeError) { fault = try transfer(&reader) } catch {
      throw CommandFailure(.refused, "skerry: \(error)")
    }
    if let fault { throw failure(fault) }
    let kept = reader.records.filter { !DNSZoneFile.signatureTypes.contains($0.type) }
    return (kept, reader.records.count - kept.count)
  }

  private func makeReader() throws(CommandFailure) -> TransferReader {
    let apex = try DNSZoneFile.origin(name)
    do throws(TransferReader.Fault) {
      return try TransferReader(
        apex: apex, id: .random(in: .min ... .max), key: key, seconds: Self.seconds)
    } catch { throw failure(error) }
  }

  /// Asks, and gives `reader` the answer; what is wrong with that, if something is.
  private func transfer(
    _ reader: inout TransferReader
  ) throws(RuntimeError) -> TransferReader.Fault? {
    let socket = try BlockingSocket(address: server, timeoutSeconds: Self.timeoutSeconds)
    let query = reader.query
    let head = [
      UInt8(truncatingIfNeeded: query.count >> 8), UInt8(truncatingIfNeeded: query.count),
    ]
    let framed = head + query
    try socket.send(framed.span)
    return try receive(from: socket, &reader)
  }

  private func failure(_ fault: TransferReader.Fault) -> CommandFailure {
    CommandFailure(.refused, "skerry: \(server) \(fault).")
  }

  private static var seconds: UInt64 { UInt64(max(0, SystemClock.wall.seconds)) }

  /// Receives messages until the transfer is complete; what is wrong with it, if something is.
  private func receive(
    from socket: borrowing BlockingSocket, _ reader: inout TransferReader
  ) throws(RuntimeError) -> TransferReader.Fault? {
    var buffer: [UInt8] = []
    var place = 0
    let deadline = SystemClock.monotonic + .seconds(NameServiceLimits.transferSeconds)
    while true {
      if SystemClock.monotonic > deadline { return .tooSlow }
      while buffer.count - place >= 2 {
        let length = Int(buffer[place]) << 8 | Int(buffer[place + 1])
        guard buffer.count - place >= 2 + length else { break }
        let message = Array(buffer[(place + 2)..<(place + 2 + length)])
        place += 2 + length
        do throws(TransferReader.Fault) {
          if try reader.take(message, seconds: Self.seconds) { return nil }
        } catch { return error }
      }
      buffer.removeFirst(place)
      place = 0
      if try socket.receive(into: &buffer) == 0 { return .unended }
    }
  }
}
