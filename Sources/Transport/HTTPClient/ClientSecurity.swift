// What a connection with TLS is made with.

package import TLS

/// The other end's name, who must vouch for it, and what it gave us when we were there last.
package struct ClientSecurity {
  let connector: TLSConnector
  let context: TLSClientContext
  let resumption: TLSResumption?

  /// `connector` is the loop's; `resumption` must come from the same `context`.
  package init(
    _ connector: TLSConnector, context: TLSClientContext, resumption: TLSResumption? = nil
  ) {
    self.connector = connector
    self.context = context
    self.resumption = resumption
  }
}
