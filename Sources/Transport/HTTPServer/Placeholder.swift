import HTTP
import Primitives
package final class TLSServerContext: Sendable {}
struct TLSError: Error {}
package final class TLSServerSession {
  init() {}
  var isOpen: Bool { true }
  var unconsumedBytes: Int { 0 }
  var context: TLSServerContext? { nil }
  var serverName: [UInt8]? { nil }
  enum P { case http2, http11 }
  var applicationProtocol: P? { nil }
  func receive(_ s: Span<UInt8>, during body: () -> Void) { body() }
  enum R { case bytes(Int), earlyBytes(Int), needsInput, closeNotify, failed }
  func read(into: inout MutableSpan<UInt8>, output: inout [UInt8]) -> R { .needsInput }
  enum H { case needsInput, needsContext, done, earlyData, failed }
  func handshake(output: inout [UInt8]) -> H { .done }
  func use(_ c: TLSServerContext) {}
  enum A { case unrecognizedName }
  func refuse(_ a: A) {}
  func write(_ s: Span<UInt8>, output: inout [UInt8]) throws(TLSError) {}
  func close(output: inout [UInt8]) {}
}
enum HTTPDate { static func write(_ w: WallTime, to: inout [UInt8]) {} }
struct HTTP2RequestReader {
  mutating func begin(_ r: inout RequestHead, scheme: RequestHead.Scheme) {}
  mutating func read(name: Span<UInt8>, value: Span<UInt8>, into: inout RequestHead) {}
  mutating func finish(_ r: inout RequestHead) -> Bool { true }
  var contentLength: UInt64? { nil }
}
