// The contents of requests, within bounds.

package import Exchange
import Primitives

/// Receives requests' contents whole, each within a bound and all together within another, so that an API can't
/// use up the server's memory. Confined to its loop.
package final class RequestBodies {
  private let bodyBytes: Int
  private let totalBytes: Int
  private let advice: String
  private var heldBytes = 0
  /// What these count against as well.
  private let whole: RequestBodies?

  /// Contents of `bodyBytes` at most, and `totalBytes` together, which count in `whole`, too; `advice` says what to do
  /// with a larger one.
  package init(
    bodyBytes: Int, totalBytes: Int, advice: String, partOf whole: RequestBodies? = nil
  ) {
    self.bodyBytes = bodyBytes
    self.totalBytes = totalBytes
    self.advice = advice
    self.whole = whole
  }

  private func hasRoom(for bytes: Int) -> Bool {
    heldBytes + bytes <= totalBytes && whole?.hasRoom(for: bytes) != false
  }

  private func count(_ bytes: Int) {
    heldBytes += bytes
    whole?.count(bytes)
  }

  /// The content of the request of `exchange`, which counts until `release`.
  package func read(_ exchange: Exchange) async throws(ControlRefusal) -> [UInt8] {
    var held = 0
    do throws(ControlRefusal) {
      let body = try await body(of: exchange, held: &held)
      // Of one whose length was announced, all of it was counted.
      count(body.count - held)
      return body
    } catch {
      count(-held)
      throw error
    }
  }

  /// The content that `read` gave is let go of.
  package func release(_ body: [UInt8]) { count(-body.count) }

  /// `held` counts what the content takes of the memory for bodies.
  private func body(
    of exchange: Exchange, held: inout Int
  ) async throws(ControlRefusal) -> [UInt8] {
    guard let source = exchange.requestBody else {
      throw ControlRefusal(
        400, .invalidJSON, "The request has no content. Send the configuration as JSON.")
    }
    var body: [UInt8] = []
    if let length = exchange.requestBodyLength {
      guard length <= UInt64(bodyBytes) else { throw tooLarge }
      try hold(Int(length), &held)
      body.reserveCapacity(Int(length))
    }
    do throws(Failure) {
      while let piece = try await source.next(exchange.parker) {
        guard body.count + piece.count <= bodyBytes else {
          source.abandon()
          throw Failure(.requestTooLarge)
        }
        body.append(piece)
        if body.count > held, !hasRoom(for: body.count - held) {
          source.abandon()
          throw Failure(.overloaded)
        }
        let more = max(0, body.count - held)
        held += more
        count(more)
      }
    } catch {
      throw refusal(error)
    }
    return body
  }

  private func hold(_ bytes: Int, _ held: inout Int) throws(ControlRefusal) {
    guard hasRoom(for: bytes) else { throw noMemory }
    held += bytes
    count(bytes)
  }

  private func refusal(_ failure: Failure) -> ControlRefusal {
    switch failure.kind {
    case .requestTooLarge: tooLarge
    case .overloaded: noMemory
    default:
      ControlRefusal(
        failure.status, .incompleteRequest,
        "The request's content did not come whole. Send it again.")
    }
  }

  private var noMemory: ControlRefusal {
    .busy("Requests of \(totalBytes >> 20) MiB together are being worked on")
  }

  private var tooLarge: ControlRefusal {
    ControlRefusal(
      413, .tooLarge, "The content is larger than \(bodyBytes >> 20) MiB. \(advice)")
  }
}
