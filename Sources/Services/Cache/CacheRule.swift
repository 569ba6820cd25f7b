// Settings for some of a zone's requests.

/// A rule of a zone's cache: what it says holds for the requests that it fits, in place of the
/// zone's own settings. The first rule that fits a request counts, and no other.
package struct CacheRule: Equatable, Sendable {
  /// Patterns of paths without the query; a star stands for any characters, slashes too. A rule fits
  /// if one pattern of each kind does; a kind without patterns always does.
  package var paths: [String] = []

  /// Patterns of hosts, likewise, in lower case.
  package var hosts: [String] = []

  /// Extensions of the path's last segment, in lower case and without the dot.
  package var extensions: [String] = []

  package var overrides = CacheOverrides()

  package init() {}
}
