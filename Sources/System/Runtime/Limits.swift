// Every bound of the runtime, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds of loops, lanes and sockets.
package enum RuntimeLimits {
  /// CPU a lane may use in one turn, per unit of weight. Beyond it the lane goes to the end of the
  /// list. 100 us keeps a quiet tenant's p99 at 0.25 ms beside an overloaded one.
  package static let quantumNanoseconds: UInt64 = 100_000

  /// Quanta of busy tenants for which the lanes of arrivals get one, together: with eight and more busy
  /// tenants a ninth of the core is theirs, with one a half, if they need it. The system's lane, which
  /// accepts and applies changes, gets as much.
  package static let tenantsPerCommonQuantum = 8

  /// Tenants whose shares of a round a socket for datagrams may use in one turn, if it works for so many:
  /// others wait 0.8 ms for it at most. With more, each gets less of a busy core than one with a lane of
  /// its own.
  package static let tenantsPerSharedTurn = 8

  /// Lanes that share what one turn of another cost; what was for further ones that lane pays itself.
  package static let payersOfTurn = 256

  /// Lane work between two looks at epoll; beyond it new events are collected first.
  package static let pollIntervalNanoseconds: UInt64 = 100_000

  /// A lane that was idle this long has its full quantum again.
  package static let creditRenewalNanoseconds: UInt64 = 1_000_000

  /// CPU that a lane's work of flows that use little may take before a piece of the other flows'
  /// work is served, so that many small requests can't starve a download.
  package static let lightWorkNanoseconds: UInt64 = 300_000

  /// How long each look at the counter takes in virtual time.
  static let virtualStepNanoseconds: UInt64 = 200

  /// Between two comparisons of what was charged with the thread's CPU time.
  package static let auditNanoseconds: UInt64 = 4_000_000

  /// A job that seems to run longer is compared at once: it may have been pre-empted. That takes
  /// about 0.3 us.
  package static let suspicionNanoseconds: UInt64 = 50_000

  /// A wait that is longer is counted and explained; so is a turn that leaves work of its own lane waiting.
  package static let notedWaitNanoseconds: UInt64 = 50_000

  /// Turns that a loop remembers to explain waits with, a power of two; of longer waits the last part is
  /// explained. 32 bytes each.
  static let rememberedTurns = 64

  /// Time of the loop for each remembered turn that is looked at (some 10 ns); waits that end sooner are
  /// counted and not explained.
  static let spanLookNanoseconds: UInt64 = 1_000

  /// The last minute's waits are kept in four windows, in 1 KiB per lane that waited.
  static let waitWindowNanoseconds: UInt64 = 15_000_000_000

  /// A job that runs longer is named by the watchdog: the quantum is the job.
  package static let watchdogNanoseconds: UInt64 = 2_000_000

  /// Long jobs the watchdog remembers per loop; older ones are dropped.
  package static let watchdogEntries = 64

  /// Events taken from one epoll_wait.
  package static let eventsPerPoll = 256

  /// Bytes of the loop's shared receive buffer: what one socket is read at a time.
  package static let inputBytes = 64 << 10

  /// Bytes reserved in the loop's shared output buffer; it grows for longer bursts of responses.
  package static let outputBytes = 128 << 10

  /// Connections accepted in one turn; the rest wait for the next turn.
  package static let acceptsPerTurn = 32

  /// Datagrams received, and replies sent, with one system call, which is a turn of a socket: at 2 to
  /// 3 us each that takes less than a quantum.
  package static let datagramsPerBatch = 32

  /// The longest datagram that is received, in bytes; longer ones are handed to nobody.
  package static let datagramBytes = 1_232

  /// The longest reply, in bytes: what fits into the smallest MTU of IPv6 (DNS Flag Day 2020).
  package static let replyDatagramBytes = 1_232

  /// Asked of the kernel for datagrams that wait to be received, and to be sent, of each socket; it
  /// gives what net.core.rmem_max and wmem_max allow. What comes beyond is lost.
  static let datagramBufferBytes: Int32 = 4 << 20

  /// After an error a socket for datagrams is tried again so much later, lest the loop spin.
  static let receiveRetryNanoseconds: UInt64 = 10_000_000

  /// Slices handed to one sendmsg.
  package static let slicesPerSend = 64

  /// Bytes that one flush gives to the kernel before the lane yields.
  package static let flushBytes = 256 << 10

  /// Open files that the process may have per memory file: a sixteenth of them at most hold bodies,
  /// which is half of what client connections leave to others.
  static let descriptorsPerMemoryFile = 16

  /// Memory files at most. Each is a mapping of its own, of which Linux allows 65,530 as it comes
  /// (vm.max_map_count); the rest of the process needs them too. At it bodies stay on the heap.
  static let memoryFiles = 8_192

  /// Between questions to a silent peer whether it is still there, in seconds.
  package static let probeSeconds: Int32 = 30

  /// Connections the kernel queues before it refuses.
  package static let listenBacklog: Int32 = 4096

  /// Lanes per loop for work before the tenant is known, one per hash of the source's prefix.
  package static let arrivalLanes = 64

  /// Width of a timer tick; deadlines are met up to one tick late.
  package static let timerTickNanoseconds: UInt64 = 1 << 22

  /// Slots of the timer wheel; later deadlines are put in again when their slot comes round.
  package static let timerSlots = 1024

  /// Processors that may be told apart: the C library's own limit. Further ones are not used.
  static let processors = 1_024
}
