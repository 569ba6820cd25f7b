// What can be evicted.

/// What eviction queues hold: an object that knows how often it was used lately.
protocol Evictable: AnyObject {
  /// Uses since the object came or was last looked at by eviction, 0 to 3.
  var heat: UInt8 { get }
  /// Sets the heat.
  func setHeat(_ heat: UInt8)
}
