// What looking a name up comes to.

package import Runtime

/// What a name leads to.
package enum FoundName {
  /// A zone with its lane on the loop: the one for all that the tenant does there.
  case zone(NameZoneSnapshot, Lane)
  /// No zone of this server has it.
  case unknown
  /// The store can't be read; why is for the operator.
  case failed(String)
}
