// Where a request's body goes.

import Exchange
import HTTP
import Primitives
import Runtime

/// Takes a request's body piece by piece: a connection of HTTP/1.1, or a stream of HTTP/2.
protocol UploadDestination: AnyObject {
  var lane: Lane { get }
  /// The last time something moved.
  var progressAt: Instant { get set }
  /// Bytes that wait for the origin, and how many of them may be left when the upload ends.
  var queuedBytes: Int { get }
  var queuedBytesAtEnd: Int { get }

  /// Sends a piece; false if nothing more can be sent.
  func send(_ piece: Bytes) -> Bool

  /// The body is complete.
  func finishUpload(trailers: FieldBlock?)

  /// The body will not become complete: `failure` says why.
  func uploadBroke(_ failure: Failure)
}
