// What a zone keeps in the reserve.

/// What of a zone's responses is kept in the reserve (an object store) when disk and memory let it go.
package struct ReserveSettings: Equatable, Sendable {
  /// When a response goes there.
  package enum Occasion: String, CaseIterable, Sendable {
    /// When the disk, or memory where there is no disk, lets it go.
    case evicted
    /// As soon as it is stored.
    case stored
  }

  /// Responses are looked for there, and kept there.
  package var isEnabled = false
  /// Responses whose lifetime is shorter are not kept there, in seconds: a store costs more than it saves for
  /// what must be fetched anew soon.
  package var minimumSeconds = 3_600
  /// Responses with shorter bodies are not kept there, in bytes.
  package var minimumBytes = 0
  package var occasion = Occasion.evicted

  package init() {}
}
