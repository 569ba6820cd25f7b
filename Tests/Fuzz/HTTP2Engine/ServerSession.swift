// Fuzz target: arbitrary bytes, and frames made of them, into a server's session.

/// The first byte chooses (see `FuzzFrames.bytes`), the second says how large the pieces are.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzServerSession(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard input.count >= 2 else { return 0 }
  FuzzServer.run(
    FuzzFrames.bytes(of: input), pieces: Int(input[1]), answers: input[0] < 128)
  return 0
}
