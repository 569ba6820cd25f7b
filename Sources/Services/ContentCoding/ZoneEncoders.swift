// How many responses of a zone are being coded.

/// The encoders that a zone has at work on one loop. Confined to its loop.
final class ZoneEncoders {
  let limit: Int
  var count = 0

  init(limit: Int) { self.limit = limit }
}
