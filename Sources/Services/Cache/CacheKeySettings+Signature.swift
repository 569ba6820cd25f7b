// What stands for settings in keys.

import Primitives

extension CacheKeySettings {
  /// Stands for the settings in keys: the same in every process and every version of the program as
  /// long as they are the same, so that stored responses outlive both. Names are taken as they are
  /// written, and in their order.
  var signature: UInt64 {
    // Settings that are as usual add nothing, so that new ones leave the others' signature alone.
    let usual = CacheKeySettings()
    var text: [UInt8] = []
    if query != usual.query { Self.append(1, [query.rawValue], to: &text) }
    Self.append(2, queryNames, to: &text)
    if sortsQuery { Self.append(3, [""], to: &text) }
    Self.append(4, fields.map { $0.lowercased() }, to: &text)
    Self.append(5, cookies, to: &text)
    if tellsDeviceTypes { Self.append(6, [""], to: &text) }
    Self.append(7, languages, to: &text)
    if tellsCountries { Self.append(8, [""], to: &text) }
    // Tenants choose their own settings and meet only themselves: the hash need not be secret.
    return KeyedHash(key0: 0, key1: 0).hash(text.span)
  }

  /// NUL ends a name, and is in none.
  private static func append(_ tag: UInt8, _ names: [String], to text: inout [UInt8]) {
    for name in names {
      text.append(tag)
      text.append(contentsOf: name.utf8)
      text.append(0)
    }
  }
}
