// Fuzz target: resolverProperty (Tests/NameServiceTests/FuzzProperties.swift).

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  if let fault = resolverProperty(input) { preconditionFailure(fault) }
  return 0
}
