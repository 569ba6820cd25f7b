// Who goes when the memory is full: S3-FIFO within a zone, the zone by its share.

/// S3-FIFO (Yang et al., SOSP 2023) per zone: new objects go through a small queue of a tenth of
/// the zone's bytes; those used twice there go on to the main queue, the others leave a ghost by
/// which they come into the main queue when they return. A scan only ever flushes its own zone's
/// small queue. The victim's zone is the one with most bytes per weight (`ShareHeap`), so zones
/// may use idle room and give it back first.
///
/// Intrusive lists of numbered nodes; every step is O(1) but the choice of zone, O(log zones).
struct EvictionQueues<Element: Evictable> {
  private var nodes: [Node] = []
  private var freeNodes: [Int32] = []
  private var zones: [Zone] = []
  private var freeZones: [Int32] = []
  private var shares = ShareHeap()
  /// Bytes of everything in the queues.
  private(set) var bytes = 0
  private(set) var count = 0

  /// One object in one queue.
  private struct Node {
    var element: Element?
    var hash: UInt64 = 0
    var bytes = 0
    var previous: Int32 = -1
    var next: Int32 = -1
    var zone: Int32 = -1
    var isInMain = false
    /// As its zone's walk has it: whether it was looked at, or came since.
    var mark = false
  }

  /// A list of nodes.
  private struct Queue {
    /// The newest.
    var head: Int32 = -1
    /// The oldest.
    var tail: Int32 = -1
    var bytes = 0
    var count = 0
  }

  /// The queues of one zone.
  private struct Zone {
    var small = Queue()
    var main = Queue()
    var ghosts = GhostQueue()
    var walk = Walk()
    var isUsed = true

    var bytes: Int { small.bytes + main.bytes }
    var ghostLimit: Int { max(CacheLimits.leastGhosts, main.count) }
  }

  /// A walk through the objects of one zone, from the oldest on.
  private struct Walk {
    /// The node that is looked at next; -1 at the end of a queue.
    var next: Int32 = -1
    /// Objects that were there when it began and are there still, and were not looked at.
    var unseen = 0
    /// What all other objects of the zone are marked with.
    var mark = false
  }

  init() {}

  /// A number for a new zone.
  mutating func addZone(weight: Int) -> Int32 {
    let zone: Int32
    if let free = freeZones.popLast() {
      zone = free
      zones[Int(zone)] = Zone()
    } else {
      zone = Int32(zones.count)
      zones.append(Zone())
    }
    shares.setWeight(weight, of: zone)
    return zone
  }

  mutating func setWeight(_ weight: Int, of zone: Int32) { shares.setWeight(weight, of: zone) }

  /// Forgets a zone that has no objects.
  mutating func removeZone(_ zone: Int32) {
    precondition(zones[Int(zone)].isUsed && isEmpty(zone))
    zones[Int(zone)] = Zone()
    zones[Int(zone)].isUsed = false
    freeZones.append(zone)
  }

  func bytes(of zone: Int32) -> Int { zones[Int(zone)].bytes }

  func isEmpty(_ zone: Int32) -> Bool {
    zones[Int(zone)].small.count + zones[Int(zone)].main.count == 0
  }

  /// Takes an object in and returns its node.
  mutating func insert(_ element: Element, hash: UInt64, bytes: Int, zone: Int32) -> Int32 {
    precondition(bytes > 0 && zones[Int(zone)].isUsed)
    let limit = zones[Int(zone)].ghostLimit
    let node = freeNodes.popLast() ?? Int32(nodes.count)
    if Int(node) == nodes.count { nodes.append(Node()) }
    nodes[Int(node)].element = element
    nodes[Int(node)].hash = hash
    nodes[Int(node)].bytes = bytes
    nodes[Int(node)].zone = zone
    nodes[Int(node)].mark = zones[Int(zone)].walk.mark
    nodes[Int(node)].isInMain = zones[Int(zone)].ghosts.take(hash, limit: limit)
    link(node)
    shares.add(bytes, to: zone)
    self.bytes += bytes
    count += 1
    return node
  }

  /// Whether an object of `zone` is worth another one's place though it can be had elsewhere: its zone
  /// takes its share from others by it, or it was asked for lately. If not, it leaves a ghost, by which it
  /// is when it returns.
  mutating func isWorthwhile(_ hash: UInt64, zone: Int32) -> Bool {
    guard shares.largest == zone else { return true }
    let limit = zones[Int(zone)].ghostLimit
    if zones[Int(zone)].ghosts.holds(hash, limit: limit) { return true }
    zones[Int(zone)].ghosts.insert(hash, limit: limit)
    return false
  }

  /// Takes an object out.
  mutating func remove(_ node: Int32) {
    unlink(node)
    let zone = nodes[Int(node)].zone
    if nodes[Int(node)].mark != zones[Int(zone)].walk.mark { zones[Int(zone)].walk.unseen -= 1 }
    shares.add(-nodes[Int(node)].bytes, to: zone)
    bytes -= nodes[Int(node)].bytes
    count -= 1
    nodes[Int(node)] = Node()
    freeNodes.append(node)
  }

  /// Takes out the object whose turn it is in the zone most above its share; nil if all is empty.
  mutating func evict() -> Element? {
    guard let zone = shares.largest else { return nil }
    return evict(from: zone)
  }

  /// Takes out the object whose turn it is in `zone`; nil if it has none.
  mutating func evict(from zone: Int32) -> Element? {
    var steps = 0
    while true {
      let small = zones[Int(zone)].small
      let main = zones[Int(zone)].main
      let isSmall =
        small.tail >= 0 && (main.tail < 0 || small.bytes * 10 >= small.bytes + main.bytes)
      let node = isSmall ? small.tail : main.tail
      guard node >= 0, let element = nodes[Int(node)].element else { return nil }
      steps += 1
      if steps <= CacheLimits.evictionSteps, keeps(element, node, isSmall: isSmall) { continue }
      if isSmall {
        let limit = zones[Int(zone)].ghostLimit
        zones[Int(zone)].ghosts.insert(nodes[Int(node)].hash, limit: limit)
      }
      remove(node)
      return element
    }
  }

  /// Begins to look at each object that `zone` has now; the walk before is over.
  mutating func beginWalk(of zone: Int32) {
    let present = zones[Int(zone)]
    precondition(present.isUsed && present.walk.unseen == 0)
    zones[Int(zone)].walk = Walk(
      next: present.small.tail, unseen: present.small.count + present.main.count,
      mark: !present.walk.mark)
  }

  /// Whether a walk of `zone` is not over.
  func isWalking(_ zone: Int32) -> Bool { zones[Int(zone)].walk.unseen > 0 }

  /// The next object of the walk, which stays where it is; nil when all were looked at, or `steps` are
  /// gone. Whatever comes, goes and moves between two calls, each object that is there from the walk's
  /// beginning to its end is given once.
  mutating func nextOfWalk(of zone: Int32, _ steps: inout Int) -> Element? {
    let zone = Int(zone)
    while zones[zone].walk.unseen > 0, steps > 0 {
      steps -= 1
      let node = Int(zones[zone].walk.next)
      guard node >= 0 else {
        // Of the small queue nothing is left: objects only move to the newer end of the main queue. There
        // eviction may have put some back after the walk was past that.
        zones[zone].walk.next = zones[zone].main.tail
        continue
      }
      zones[zone].walk.next = nodes[node].previous
      guard nodes[node].mark != zones[zone].walk.mark else { continue }
      nodes[node].mark.toggle()
      zones[zone].walk.unseen -= 1
      return nodes[node].element
    }
    return nil
  }

  /// Gives a used object another round.
  private mutating func keeps(_ element: Element, _ node: Int32, isSmall: Bool) -> Bool {
    let heat = element.heat
    guard heat > (isSmall ? 1 : 0) else { return false }
    unlink(node)
    element.setHeat(isSmall ? 0 : heat - 1)
    nodes[Int(node)].isInMain = true
    link(node)
    return true
  }

  private mutating func link(_ node: Int32) {
    let zone = Int(nodes[Int(node)].zone)
    if nodes[Int(node)].isInMain {
      Self.push(node, of: &nodes, to: &zones[zone].main)
    } else {
      Self.push(node, of: &nodes, to: &zones[zone].small)
    }
  }

  private mutating func unlink(_ node: Int32) {
    let zone = Int(nodes[Int(node)].zone)
    if zones[zone].walk.next == node { zones[zone].walk.next = nodes[Int(node)].previous }
    if nodes[Int(node)].isInMain {
      Self.drop(node, of: &nodes, from: &zones[zone].main)
    } else {
      Self.drop(node, of: &nodes, from: &zones[zone].small)
    }
  }

  private static func push(_ node: Int32, of nodes: inout [Node], to queue: inout Queue) {
    nodes[Int(node)].previous = -1
    nodes[Int(node)].next = queue.head
    if queue.head >= 0 { nodes[Int(queue.head)].previous = node }
    queue.head = node
    if queue.tail < 0 { queue.tail = node }
    queue.bytes += nodes[Int(node)].bytes
    queue.count += 1
  }

  private static func drop(_ node: Int32, of nodes: inout [Node], from queue: inout Queue) {
    let (previous, next) = (nodes[Int(node)].previous, nodes[Int(node)].next)
    if previous >= 0 { nodes[Int(previous)].next = next } else { queue.head = next }
    if next >= 0 { nodes[Int(next)].previous = previous } else { queue.tail = previous }
    queue.bytes -= nodes[Int(node)].bytes
    queue.count -= 1
  }
}
