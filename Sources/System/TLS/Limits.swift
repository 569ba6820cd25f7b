// Every bound of this room, with its unit, its reason and what happens at it.

/// The limits of TLS.
package enum Limits {
  /// Bytes of plaintext in one record (RFC 8446 section 5.1); longer writes become more records.
  package static let recordPlaintextBytes = 16_384

  /// Bytes of a server name (a DNS name in text form); a longer one is refused with
  /// `unrecognized_name`.
  package static let serverNameBytes = 253

  /// Names of the client's ALPN list that are looked at; the rest is ignored.
  package static let offeredProtocols = 32

  /// Bytes of a ClientHello kept for fingerprinting; of a longer one nothing is kept.
  package static let capturedClientHelloBytes = 16_384

  /// Seconds that a ticket is good for; an older one leads to a full handshake. Half a day, so that
  /// tickets outlive a ticket key's change only if the previous key is still given.
  package static let ticketLifetimeSeconds = 43_200

  /// Ticket keys accepted beside the current one; more are refused when the value is made.
  package static let acceptedTicketKeys = 3

  /// Bytes of 0-RTT data per connection (RFC 8446 section 4.2.10): one record of requests. A client
  /// that sends more is cut off with `unexpected_message`.
  package static let earlyDataBytes: UInt32 = 16_384

  /// Seconds for which a 0-RTT flight stays acceptable to OpenSSL's check of the ticket's age (10,
  /// and 1 of rounding), with a reserve; for so long the replay filter remembers at least.
  package static let replayWindowSeconds = 15

  /// 0-RTT flights remembered per window; beyond it early data is refused until the window turns,
  /// and clients fall back to a full round trip.
  package static let rememberedFlights = 65_536

  /// Records without data that a peer may send between two pieces of data (empty ones, KeyUpdate of
  /// RFC 8446 section 4.6.3); each costs us a decryption and perhaps an answer. Beyond it the
  /// connection fails.
  package static let idleRecords = 32

  /// Records that one read opens at most, of which each takes some 0.4 us however short it is; what
  /// lies behind them waits for the next read.
  package static let recordsPerRead = 64

  /// Records under one of our keys, then we change it (RFC 8446 section 5.5: AES-GCM is safe for 2 to
  /// the 24.5 full records).
  static let recordsPerKey: UInt64 = 1 << 24

  /// Bytes of a label of the key schedule, without its prefix; the longest is "c e traffic" or so
  /// (RFC 8446 section 7.1). A longer one is refused, and the handshake fails.
  static let keyLabelBytes = 20

  /// Keyed cipher contexts per loop and suite, of 1.2 KB each: two for a busy connection. Beyond it
  /// the one that was idle for longest is keyed anew, which takes 0.2 us.
  static let cipherContexts = 256

  /// Bytes of a PEM text (chain or key); a longer one is refused.
  package static let pemBytes = 262_144

  /// Certificates in a chain; a longer one is refused.
  package static let chainCertificates = 10

  /// Security of a key in bits, as OpenSSL counts it: 112 is RSA 2048; a weaker one is refused.
  package static let keySecurityBits = 112

  /// Seconds of an authority's life when it is not said, ten years: its clients are configured by
  /// hand. What it signed is refused afterwards.
  package static let authorityLifetimeSeconds: Int64 = 3650 * 86_400

  /// Seconds of a leaf's life when it is not said: 397 days, near the longest that clients accept
  /// of public authorities. Afterwards clients refuse it.
  package static let leafLifetimeSeconds: Int64 = 397 * 86_400
}
