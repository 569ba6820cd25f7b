// Keys that an object has twice.

extension ConfigurationValue {
  /// This value with the first member of each key only; the others are noted.
  package func withoutRepeats(_ decoder: inout ConfigurationDecoder) -> ConfigurationValue {
    switch content {
    case .object(let members):
      var first: [String: Int] = [:]
      var kept: [ConfigurationMember] = []
      for member in members {
        decoder.at(member.key) { decoder in
          if let index = first[member.key] {
            let place = kept[index].value.position.map { ", first in \($0)" } ?? ""
            decoder.report("is given twice\(place)", "Keep one.", at: member.value.position)
          } else {
            first[member.key] = kept.count
            let value = member.value.withoutRepeats(&decoder)
            kept.append(ConfigurationMember(member.key, value))
          }
        }
      }
      return ConfigurationValue(.object(kept), at: position)
    case .array(let elements):
      var kept: [ConfigurationValue] = []
      kept.reserveCapacity(elements.count)
      for (index, element) in elements.enumerated() {
        decoder.at(index) { kept.append(element.withoutRepeats(&$0)) }
      }
      return ConfigurationValue(.array(kept), at: position)
    default: return self
    }
  }
}
