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

  /// Contents of `bodyBytes` at most, and `totalBytes` together; `advice` says what to do with a larger one.
  package init(bodyBytes: Int, totalBytes: Int, advice: String) {
    self.bodyBytes = bodyBytes
    self.totalBytes = totalBytes
    self.advice = advice
  }

  /// The content of the request of `exchange`, which counts until `release`.
  package func read(_ exchange: Exchange) async throws(ControlRefusal) -> [UInt8] {
    var held = 0
    do throws(ControlRefusal) {
      let body = try await body(of: exchange, held: &held)
      // Of one whose length was announced, all of it was counted.
      heldBytes += body.count - held
      return body
    } catch {
      heldBytes -= held
      throw error
    }
  }

  /// The content that `read` gave is let go of.
  package func release(_ body: [UInt8]) { heldBytes -= body.count }

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
        if body.count > held, heldBytes + body.count - held > totalBytes {
          source.abandon()
          throw Failure(.overloaded)
        }
        let more = max(0, body.count - held)
        held += more
        heldBytes += more
      }
    } catch {
      throw refusal(error)
    }
    return body
  }

  private func hold(_ bytes: Int, _ held: inout Int) throws(ControlRefusal) {
    guard heldBytes + bytes <= totalBytes else { throw noMemory }
    held += bytes
    heldBytes += bytes
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
