// A body that comes in pieces.

package import HTTP
package import Primitives
package import Runtime

/// A message body that is read piece by piece, with back-pressure: nothing is received from the
/// sender beyond a bounded buffer until the reader asks.
///
/// Confined to one loop; one task reads.
package protocol BodySource: AnyObject {
  /// The next piece, never empty; nil at the end of a complete body. Waits on `parker`. An
  /// incomplete body throws, and so does a cancelled parker.
  func next(_ parker: Parker) async throws(Failure) -> Bytes?

  /// Whether a piece, or the end, is in memory already, so that `next` surely does not wait. A reader
  /// that holds bytes back passes them on before it asks while this is false.
  var isReady: Bool { get }

  /// Whether a reader may ask for more while what it took before still waits to go on.
  var allowsBacklog: Bool { get }

  /// Says that pieces go to the kernel as they are: they may be lent (`Bytes.loan`) from now on.
  func allowLoans()

  /// The trailer section (RFC 9110 section 6.5), once `next` has returned nil.
  var trailers: FieldBlock? { get }

  /// Says that nobody will read on. Harmless after the end.
  func abandon()
}

extension BodySource {
  /// For sources that do not know.
  package var isReady: Bool { false }

  package var allowsBacklog: Bool { true }

  /// For sources that lend nothing.
  package func allowLoans() {}
}
