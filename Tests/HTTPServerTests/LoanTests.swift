// What lies on a disk and is sent by the kernel.

import Exchange
import Glibc
import HTTP
import Primitives
import Runtime
import Testing

@testable import HTTPServer

@Suite("Sending what is lent") struct LoanTests {
  /// A file of so many bytes that may be lent and is not in memory until it is brought there.
  final class TestLoan: FileLoan, @unchecked Sendable {
    private let state = Guarded((isThere: false, brought: 0))
    private let bringsIt: Bool
    private let file: Int32

    init(bringsIt: Bool = true) {
      self.bringsIt = bringsIt
      var name = Array("/tmp/skerry-loan-XXXXXX".utf8CString)
      file = unsafe mkstemp(&name)
      _ = unsafe unlink(name)
      super.init()
    }

    deinit { close(file) }

    var brought: Int { state.withLock { $0.brought } }

    /// Whoever reads them is ended by a signal: nothing is mapped there.
    func bytes(_ count: Int) -> Bytes? {
      guard ftruncate(file, off_t(count)) == 0,
        let base = unsafe mmap(nil, count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      else { return nil }
      return unsafe Bytes(
        ByteStorage(lent: base, count: count, file: file, by: self), offset: 0, count: count)
    }

    override func isInMemory(_ offset: Int, _ count: Int) -> Bool { state.withLock { $0.isThere } }

    override func bring(then: @escaping @Sendable (Bool) -> Void) {
      state.withLock { state in
        state.brought += 1
        state.isThere = bringsIt
      }
      SharedRuntime.clientLoop.systemLane.post { [bringsIt] in then(bringsIt) }
    }
  }

  /// Answers a request with what is lent; how many bytes were left when the exchange was over.
  private static func answer(
    _ loan: TestLoan, _ count: Int
  ) async throws -> (waiting: Int, isAborted: Bool) {
    let tenant = TestTenant()
    return try await TestServer.ask(
      Array("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n".utf8), of: tenant
    ) { exchange, lane in
      guard exchange.sink?.sendsFiles ?? false, let bytes = loan.bytes(count) else {
        return (-1, false)
      }
      exchange.response.status = 200
      exchange.response.contentLength = UInt64(count)
      exchange.response.body = .bytes(bytes)
      let parker = Parker(on: lane)
      exchange.sink?.respond(exchange)
      for _ in 0..<2_000 where tenant.waitingBytes > 0 || loan.brought == 0 {
        _ = await parker.park(until: SystemClock.monotonic + .milliseconds(1))
      }
      return (tenant.waitingBytes, exchange.isAborted)
    }
  }

  @Test(
    "what the kernel has dropped is brought by another thread before it is sent, and never read",
    arguments: [100, 100_000])
  func absent(count: Int) async throws {
    let loan = TestLoan()
    let outcome = try await Self.answer(loan, count)
    #expect(outcome.waiting == 0)
    #expect(loan.brought == 1)
  }

  @Test("if it can't be brought, the connection breaks off")
  func fault() async throws {
    let loan = TestLoan(bringsIt: false)
    let outcome = try await Self.answer(loan, 100_000)
    #expect(outcome.waiting == 0)
    #expect(loan.brought == 1)
  }
}
