// The limits of HTTP/1.1 messages: each with its unit, its reason, and what happens at it.

/// What one HTTP/1.1 message head and its body's framing may cost. Crossing a limit throws.
package struct HTTP1Limits: Sendable {
  /// Bytes of a request line or status line without CRLF. RFC 9112 section 3 asks for at least
  /// 8,000; beyond it: 414.
  package var startLineBytes = 16 * 1024

  /// Bytes of a header section with its line ends. Chrome sends up to some 10 KiB with cookies;
  /// beyond it: 431.
  package var headerSectionBytes = 32 * 1024

  /// Field lines of one section, so that scanning a block stays cheap; beyond it: 431.
  package var fieldCount = 128

  /// Bytes of a method: the longest registered one has 17 (RFC 9110 section 16.1); beyond: 501.
  package var methodBytes = 32

  /// Bytes of the extensions of one chunk. Nobody uses them but attackers; beyond it: 400.
  package var chunkExtensionBytes = 256

  /// Bytes of the extensions of all chunks of one body, against floods of tiny chunks; 400.
  package var totalChunkExtensionBytes = 16 * 1024

  /// Bytes of a trailer section with its line ends; beyond it: 431.
  package var trailerSectionBytes = 8 * 1024

  /// Field lines of a trailer section; beyond it: 431.
  package var trailerFieldCount = 32

  package init() {}
}
