// The record layer after the handshake, under fuzzed records.

import COpenSSL
import Primitives

@testable import TLS

/// A session that is open, with a peer of fuzzed behaviour: the first byte is the suite, the second
/// the size of the pieces, the third that of the reader's buffer; then commands of a byte of kind,
/// a byte of length and as many bytes.
func recordsProperty(_ input: [UInt8]) -> String? {
  guard input.count > 3, let run = FuzzedRecords(input) else { return nil }
  var position = 3
  while position + 2 <= input.count, run.fault == nil {
    let end = min(position + 2 + Int(input[position + 1]), input.count)
    run.obey(input[position], Array(input[position + 2..<end]))
    position = end
  }
  return run.fault
}

/// One run of the property, with what must come out.
private final class FuzzedRecords {
  private let session: TLSServerSession
  private let pair: RecordPeer
  private let pieceBytes: Int
  private var buffer: [UInt8]
  private var sent: [UInt8] = []
  private var read: [UInt8] = []
  private var hasLied = false
  private var isOver = false
  private var quiet = 0
  var fault: String?

  init?(_ input: [UInt8]) {
    let suites: [RecordSuite] = [.aes128GCM, .aes256GCM, .chaCha20Poly1305]
    let suite = suites[Int(input[0]) % 3]
    guard let place = FuzzPlace.shared,
      let pair = try? RecordPeer(suite, suites: place.acceptor.suites, recordsPerKey: 4),
      let session = try? TLSServerSession(place.acceptor)
    else { return nil }
    self.pair = pair
    self.session = session
    pieceBytes = input[1] == 0 ? 100_000 : Int(input[1])
    buffer = [UInt8](repeating: 0, count: max(1, Int(input[2]) * 64))
    session.stage = .open
    session.hand(
      over: pair.ours,
      Negotiated(
        suite: suite, applicationProtocol: .http2, isResumed: false, acceptedEarlyData: false,
        peerNames: []))
  }

  /// Does what a command says, and compares.
  func obey(_ kind: UInt8, _ bytes: [UInt8]) {
    var records: [UInt8] = []
    switch kind % 7 {
    case 0:
      guard !bytes.isEmpty else { return }
      _ = pair.peer.write(bytes.span, output: &records)
      if !hasLied { sent += bytes }
      quiet = 0
    case 1:
      guard let record = try? pair.forge(bytes.isEmpty ? [0] : bytes) else { return }
      records = record
      hasLied = true
    case 2:
      records = bytes
      if !bytes.isEmpty { hasLied = true }
    case 3:
      records = (try? pair.forge([24, 0, 0, 1, kind & 1, 22])) ?? []
      pair.peer.sending.update()
      quiet += 1
    case 4:
      records = (try? pair.forge(bytes + [23])) ?? []
      records[Int(kind) % records.count] ^= 0x10
      hasLied = true
    case 5: return write(bytes)
    default:
      // Padding.
      records = (try? pair.forge(bytes + [23] + [UInt8](repeating: 0, count: Int(kind)))) ?? []
      if !hasLied { sent += bytes }
      quiet = bytes.isEmpty ? quiet + 1 : 0
    }
    if quiet > Limits.idleRecords { hasLied = true }
    receive(records)
  }

  private func receive(_ records: [UInt8]) {
    var position = 0
    while position < records.count {
      let end = min(position + pieceBytes, records.count)
      session.receive(records.span.extracting(position..<end))
      drain()
      position = end
    }
    guard !hasLied else { return }
    if isOver { fault = "an end without a reason" }
    if read != sent { fault = "data that differs" }
    if session.unconsumedBytes != 0 { fault = "bytes that are not consumed" }
  }

  private func drain() {
    var output: [UInt8] = []
    while true {
      switch session.read(into: &buffer, output: &output) {
      case .bytes(let count):
        if count == 0 || count > buffer.count { fault = "a read of a wrong length" }
        if isOver { fault = "data after the end" }
        read += buffer[..<count]
      case .needsInput:
        if isOver { fault = "an end that goes away" }
        return
      case .closeNotify, .failed:
        isOver = true
        return
      case .earlyBytes: fault = "early data after the handshake"
      }
    }
  }

  /// The peer reads what we write, whatever it did itself.
  private func write(_ bytes: [UInt8]) {
    var output: [UInt8] = []
    do throws(TLSError) { try session.write(bytes.span, output: &output) } catch {
      if !isOver && !hasLied { fault = "a write that fails" }
      return
    }
    if !hasLied, pair.read(pair.peer, output).data != bytes { fault = "writing that differs" }
  }
}

extension TLSSession {
  /// Reads into all of `buffer`. The span of a stored array can't leave the access that gives it.
  fileprivate func read(into buffer: inout [UInt8], output: inout [UInt8]) -> TLSReadOutcome {
    var span = buffer.mutableSpan
    return read(into: &span, output: &output)
  }
}
