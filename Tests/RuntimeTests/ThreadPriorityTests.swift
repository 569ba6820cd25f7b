// Who goes first where threads want the same core.

import Primitives
import Runtime
import Testing

@Suite("Threads and their priority")
struct ThreadPriorityTests {
  @Test("threads that serve no tenant are nicer than loops")
  func niceness() async {
    let (loop, storage) = await SharedRuntime.run { _ in
      let storage = await SharedRuntime.group.storage[0].perform { ThreadPriority.niceness }
      return (ThreadPriority.niceness, storage)
    }
    #expect(storage == min(19, loop + RuntimeLimits.backgroundNiceness))
  }

  @Test("a loop's slice is shorter than that of a thread beside it, where the kernel has slices")
  func slices() async {
    let (loop, storage) = await SharedRuntime.run { _ in
      let storage = await SharedRuntime.group.storage[0].perform { ThreadPriority.sliceNanoseconds }
      return (ThreadPriority.sliceNanoseconds, storage)
    }
    // Kernels before 6.12 have none, and those from 6.12 on tell what is usual.
    guard storage > 0 else { return }
    #expect(loop == RuntimeLimits.servingSliceNanoseconds)
    #expect(loop < storage)
  }
}
