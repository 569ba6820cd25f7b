// The cache beside a naive one: random requests, changes of the origin, purges, restarts and kills with a
// disk, and jumps of the clock, forwards and backwards.

import Glibc
import Runtime
import Testing

@testable import Cache

@Suite("Cache against oracle")
struct ModelTests {
  /// Ten; others, from SKERRY_FIRST_SEED on, for who runs it by hand.
  static let seeds: Range<UInt64> = first..<first + 10
  private static let first =
    unsafe getenv("SKERRY_FIRST_SEED").flatMap { unsafe UInt64(String(cString: $0)) } ?? 0

  /// Operations of the long run; SKERRY_MODEL_OPERATIONS=100000 takes two minutes.
  private static let longOperations =
    unsafe getenv("SKERRY_MODEL_OPERATIONS").flatMap { unsafe Int(String(cString: $0)) } ?? 25_000

  @Test("the same answers as the naive cache, whatever happens", arguments: seeds)
  func model(_ seed: UInt64) async throws {
    try await run(seed: seed, .narrow, operations: 10_000)
  }

  @Test(
    "the same in one long run with many paths, large bodies, parts and kills", arguments: [first])
  func long(_ seed: UInt64) async throws {
    try await run(seed: seed, .wide, operations: Self.longOperations)
  }

  private func run(seed: UInt64, _ plan: ModelPlan, operations: Int) async throws {
    let folder = try TestFolder()
    let path = folder.path
    let fault = await SharedLoops.run(on: Int(seed % 2)) { lane in
      do {
        let run = ModelRun(seed: seed, plan, path, on: lane)
        return try await run.run(operations) ?? run.coverage
      } catch {
        return "\(error)"
      }
    }
    #expect(fault == nil, "seed \(seed): \(fault ?? "")")
    withExtendedLifetime(folder) {}
  }
}
