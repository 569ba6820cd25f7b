// What tells one stored response from another.

/// What is part of a cache key beside zone, scheme, host and path.
package struct CacheKeySettings: Equatable, Sendable {
  /// Which parameters of the query count. Those that don't are not sent to the origin either, so
  /// that nobody can plant by them what others get.
  package enum Query: String, CaseIterable, Sendable {
    case all, none
    /// Those that are named.
    case only
    /// All but those that are named.
    case except
  }

  package var query = Query.all

  /// Names of parameters for `only` and `except`; a star at the end stands for any rest.
  package var queryNames: [String] = []

  /// The order of parameters of different names means nothing.
  package var sortsQuery = false

  /// Names of request fields whose values count.
  package var fields: [String] = []

  /// Names of cookies whose values count.
  package var cookies: [String] = []

  /// The kind of device counts (`DeviceType`), and origins are told it.
  package var tellsDeviceTypes = false

  /// The languages that there are content in, the usual one first: the one that a client likes best
  /// counts, and origins are told it in place of what the client said. Empty: languages do not count.
  package var languages: [String] = []

  /// The country of the client's address counts (`ClientCountry`), and origins are told it.
  package var tellsCountries = false

  package init() {}
}
