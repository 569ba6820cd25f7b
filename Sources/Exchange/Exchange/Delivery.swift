// Carrying a response to its client when it does not lie in memory.

import HTTP
import Primitives
import Runtime

extension Exchange {
  /// Sends `response`, waiting for the client and for the body's source as needed.
  ///
  /// Runs in a task of the exchange's lane. A source that breaks off makes the client see a failed
  /// response, never a complete but shorter one.
  package func deliver() async {
    guard case .stream(let source) = response.body else {
      sink?.respond(self)
      return
    }
    guard !isAborted, let sink else {
      source.abandon()
      return
    }
    sink.begin(self)
    if sink.sendsFiles { source.allowLoans() }
    var turn = PassingTurn()
    do throws(Failure) {
      while let piece = try await source.next(parker) {
        facts.contentBytes += UInt64(piece.count)
        sink.write(piece, for: self)
        while !isAborted && !sink.isWritable(self) { _ = await parker.park() }
        if isAborted { break }
        await turn.passed(piece, parker)
      }
      if isAborted { source.abandon() } else { sink.end(self, trailers: source.trailers) }
    } catch {
      facts.failure = error
      source.abandon()
      sink.fail(self)
    }
  }
}
