// What a handler did with an exchange at once.

/// Whether the caller writes the response now, or the handler goes on by itself.
package enum Handling: Sendable { case responded, pending }
