// The listener of the public API.

import Control
import Gateway
import HTTP
import HTTPServer
import NameService
import Primitives
import PublicAPI
import Runtime
import TLS
import Zones

/// Serves customers' requests on the control loop, where no tenant's traffic is.
final class APIServer: Sendable {
  private let server: HTTPServer
  private let certificate: APICertificate?
  let service: EdgeService

  /// A server beside `control`; over TLS where `options` name a certificate.
  init(
    _ service: EdgeService, _ control: ControlHandler, _ store: ZoneStore,
    _ edgeOptions: EdgeOptions
  ) throws(CommandFailure) {
    self.service = service
    let options = edgeOptions.publicAPI
    let platform = options.platform(CheckRules(allowing: edgeOptions.checkNetworks))
    let handler = APIHandler(control: control, store: store, platform: platform) {
      [service] name, zone in
      await service.lane.run {
        await service.edge.nameServers(of: name, zone: zone, on: service.lane)
      }
    }
    let loop = service.loop
    guard let chain = options.apiCertificate, let key = options.apiKey else {
      certificate = nil
      server = HTTPServer(loop: loop, handler: handler)
      return
    }
    let made = try APICertificate(
      chain: TextFile.read(chain, "--api-certificate"), key: TextFile.read(key, "--api-key"),
      lane: Lane(loop: loop, name: "api handshakes"))
    certificate = made
    server = HTTPServer(loop: loop, handler: handler, acceptor: made.acceptor)
    let (server, source) = (server, made)
    loop.systemLane.post { server.certificates = source }
  }

  /// Begins to serve what `listeners` have for it.
  func listen(_ listeners: ListenerSet) {
    let scheme: RequestHead.Scheme = certificate == nil ? .http : .https
    for entry in listeners.entries where entry.service == .api {
      for descriptor in entry.descriptors {
        service.loop.systemLane.post { [server, service] in
          do throws(RuntimeError) { try server.listen(on: descriptor, scheme: scheme) } catch {
            service.note("the public API is not served: \(error)")
          }
        }
      }
    }
  }

  /// Accepts no more connections: another process does.
  func drain() { service.loop.systemLane.post { [server] in server.drain() } }
}
