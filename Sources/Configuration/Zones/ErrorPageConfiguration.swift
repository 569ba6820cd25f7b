// What a zone shows in place of failures.

package import ConfigurationTree

/// A page of a zone's own for clients whose request failed.
package struct ErrorPageConfiguration: Equatable, Sendable {
  /// Statuses that it is for, from 500 to 599.
  package var statuses: ClosedRange<Int>
  package var contentType = "text/html; charset=utf-8"
  package var body: String

  /// Whether it also takes the place of what an origin answers with such a status.
  package var replacesOrigins = false

  package init(statuses: ClosedRange<Int>, body: String) {
    self.statuses = statuses
    self.body = body
  }
}

extension ErrorPageConfiguration {
  package static let keys = ["status", "contentType", "body", "forOrigins"]

  /// Takes a page out of `value`; nil, and noted, if it is not usable.
  package static func decode(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) -> ErrorPageConfiguration? {
    guard let object = decoder.object(value, keys: keys) else { return nil }
    let before = decoder.faults.count
    let statuses = decoder.requiredStatuses("status", in: object)?.statuses
    if let statuses, statuses.lowerBound < 500 {
      decoder.at("status") {
        $0.report(
          "is \(StatusRange(statuses).text)", "Give statuses from 500 to 599.",
          at: object.value("status")?.position)
      }
    }
    let body = decoder.requiredString("body", in: object, "Give the page, or bodyFile in a file.")
    if let count = body?.utf8.count, count > ZonesLimits.errorPageBytes {
      decoder.at("body") {
        $0.report(
          "has \(count) bytes", "Give at most \(ZonesLimits.errorPageBytes).",
          at: object.value("body")?.position)
      }
    }
    let type = decoder.string("contentType", in: object)
    if let type, let problem = ResponseFieldConfiguration.problem(value: type) {
      decoder.at("contentType") {
        $0.report(problem.0, problem.1, at: object.value("contentType")?.position)
      }
    }
    let replacesOrigins = decoder.bool("forOrigins", in: object)
    guard let statuses, let body, decoder.faults.count == before else { return nil }
    var page = ErrorPageConfiguration(statuses: statuses, body: body)
    if let type { page.contentType = type }
    if let replacesOrigins { page.replacesOrigins = replacesOrigins }
    return page
  }

  package var tree: ConfigurationValue {
    .object([
      ("status", .string(StatusRange(statuses).text)),
      ("contentType", .string(contentType)),
      ("body", .string(body)),
      ("forOrigins", .bool(replacesOrigins)),
    ])
  }
}
