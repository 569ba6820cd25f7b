// The certificate of the public API.

import HTTPServer
import Primitives
import Runtime
import TLS

/// One certificate for whatever name a client asks for. Confined to the control loop.
final class APICertificate: CertificateSource, @unchecked Sendable {
  // Confined to the loop of `lane`, once it is made.
  let acceptor: TLSAcceptor
  private let context: TLSServerContext
  private let lane: Lane

  init(chain: String, key: String, lane: Lane) throws(CommandFailure) {
    self.lane = lane
    do throws(TLSCertificateError) {
      let identity = try TLSIdentity(
        chainPEM: Array(chain.utf8), privateKeyPEM: Array(key.utf8), now: nil)
      context = TLSServerContext(zone: ZoneID(high: 0, low: 1), identities: [identity])
    } catch {
      throw CommandFailure(.refused, "skerry: --api-certificate: \(error)")
    }
    do throws(TLSError) {
      var generator = SystemRandomNumberGenerator()
      acceptor = try TLSAcceptor(
        ticketKeys: .generate(),
        replayFilter: EarlyDataReplayFilter(
          start: SystemClock.monotonic, hash: KeyedHash(using: &generator)))
    } catch { throw CommandFailure(.refused, "skerry: TLS can't be started: \(error)") }
  }

  func certificate(
    for serverName: [UInt8]?, requester: any CertificateRequester
  ) -> CertificateChoice? {
    .use(context, lane)
  }
}
