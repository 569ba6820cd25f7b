// Fuzz target: an origin that sends arbitrary bytes, and frames made of them, over HTTP/2.

import Primitives

@testable import Runtime

/// One loop for all inputs, on the fuzzer's own thread.
private let loop: EventLoop = {
  do {
    let loop = try EventLoop(name: "fuzz", index: 0)
    GlobalExecutor.route(fallback: loop)
    return loop
  } catch { preconditionFailure("no loop: \(error)") }
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP2Origin(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let lane = Lane(loop: loop, name: "fuzz")
  loop.isStopping = false
  lane.start {
    let fault = await FuzzOrigin.run(input, on: lane)
    if let fault { preconditionFailure(fault) }
    loop.isStopping = true
  }
  loop.run()
  precondition(loop.taskCount == 0, "a task outlives the connection")
  return 0
}
