// table: what each failure is called to people who never heard of proxies.

import Exchange

/// Title and explanation of a failure's page. They name nothing of the origin: that is for the
/// zone's owner, in Proxy-Status and the logs.
struct ErrorPageText {
  let title: StaticString
  let explanation: StaticString

  init(_ failure: Failure) {
    (title, explanation) = Self.words(failure.kind)
  }

  private static func words(_ kind: Failure.Kind) -> (StaticString, StaticString) {
    switch kind {
    case .clientAborted, .requestInvalid:
      ("Bad request", "The request was not complete or not valid.")
    case .requestTooLarge: ("Content too large", "This site takes no request of that size.")
    case .requestTimeout: ("Request timeout", "The request did not come in time.")
    case .earlyDataRefused:
      ("Too early", "This request can't be served before the connection is confirmed. Try again.")
    case .misdirected:
      ("Misdirected request", "No site of that name is served here.")
    case .dnsTimeout, .dnsError:
      ("The site's server was not found", "The name of the server behind this site has no address.")
    case .destinationNotFound, .destinationUnavailable:
      ("The site's server is unavailable", "No server behind this site can be reached. Try later.")
    case .connectionRefused, .connectionTerminated:
      ("The site's server is down", "The server behind this site refused or closed the connection.")
    case .connectionTimeout, .connectionReadTimeout:
      ("The site's server is too slow", "The server behind this site did not answer in time.")
    case .connectionLimitReached:
      ("The site's server is busy", "Too many requests wait for the server behind this site.")
    case .tlsProtocolError, .tlsCertificateError:
      ("No secure connection", "The server behind this site could not be reached securely.")
    case .responseInvalid, .responseIncomplete, .responseTooLarge, .upgradeFailed:
      ("Bad answer", "The server behind this site sent an answer that can't be used.")
    case .proxyLoopDetected:
      ("Loop detected", "This site's configuration sends requests round in a circle.")
    case .overloaded: ("Busy", "This site has more requests than it may have. Try again shortly.")
    case .paused: ("Paused", "This site is not served at the moment. Its owner has paused it.")
    case .internalError: ("Internal error", "Something went wrong here, not with your request.")
    }
  }
}
