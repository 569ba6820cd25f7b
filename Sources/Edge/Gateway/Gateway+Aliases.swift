// Addresses that aliases of zones lead to.

package import NameService

extension Gateway {
  /// Has a resolver asked, whatever zones are on this server: whoever adds a zone here has no say in what
  /// another one's aliases lead to.
  package func findAddresses(_ question: AliasQuestion) { aliasLookups.ask(question) }
}
