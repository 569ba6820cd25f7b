// What can go wrong between the edge and the object store: the room's one closed error.

import Exchange
import HTTPClient

/// Why the store did not do what was asked.
enum StoreFault: Error, Sendable {
  /// Nobody wants the answer any more.
  case cancelled
  /// All endpoints are left alone for a while.
  case resting
  /// Too much is under way already.
  case busy
  /// No address is known of the endpoint's name (yet).
  case unresolved(String)
  /// It did not answer in time.
  case timedOut
  case connection(HTTPClientError)
  /// TLS towards the endpoint can't be set up.
  case security(String)
  /// It answered with an error of its own (5xx, 429).
  case failing(status: UInt16, code: String)
  /// It refuses the request: wrong credentials, no such bucket, no permission.
  case refused(status: UInt16, code: String)
  /// Its clock and ours differ too much, by so many seconds.
  case skewed(Int64)
  /// What came is no answer of such a store.
  case malformed
  /// The request could not be signed.
  case unsigned
}

extension StoreFault {
  /// Whether the endpoint failed, so that another may do better.
  var blamesEndpoint: Bool {
    switch self {
    case .cancelled, .resting, .busy, .unsigned: false
    case .connection(.cancelled): false
    default: true
    }
  }

  /// The fault for the log.
  var text: String {
    switch self {
    case .cancelled: "nobody waits any more"
    case .resting: "it failed lately and is left alone"
    case .busy: "too much is under way"
    case .unresolved(let host): "no address is known for \(host)"
    case .timedOut: "it does not answer in time"
    case .connection(let error): error.failure().detail
    case .security(let reason): reason
    case .failing(let status, let code): "it answers \(status) \(code)"
    case .refused(let status, let code): "it refuses: \(status) \(code)\(Self.hint(code))"
    case .skewed(let seconds): "its clock differs from ours by \(seconds) s"
    case .malformed: "its answer makes no sense"
    case .unsigned: "the request can't be signed"
    }
  }

  /// What mends a refusal.
  private static func hint(_ code: String) -> String {
    switch code {
    case "SignatureDoesNotMatch": " (is the secret key right, and the region?)"
    case "InvalidAccessKeyId": " (is the access key right?)"
    case "AccessDenied": " (may the key read, write, list and delete in the bucket?)"
    case "PermanentRedirect", "AuthorizationHeaderMalformed": " (is the region right?)"
    case "NoSuchBucket": " (make the bucket first)"
    default: ""
    }
  }
}
