// What is shown of a zone's key.

package import ConfigurationTree
import DNS

extension ZoneKey {
  /// The public part, for the zone `name`: its tag and algorithm, and the contents of its DNSKEY record
  /// and of the DS record that the zone above needs. Nil if `name` is none.
  package func tree(of name: String) -> ConfigurationValue? {
    let apex: DomainName
    do throws(DNSError) { apex = try DomainName(name) } catch { return nil }
    guard let delegation = delegation(of: apex) else { return nil }
    return .object([
      ("tag", .integer(Int(tag))), ("algorithm", .integer(Int(Self.algorithm))),
      ("dnskey", .string(Self.text(.dnskey, record))), ("ds", .string(Self.text(.ds, delegation))),
    ])
  }

  private static func text(_ type: RecordType, _ content: [UInt8]) -> String {
    var text: [UInt8] = []
    RDATA.appendText(type, content.span, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
