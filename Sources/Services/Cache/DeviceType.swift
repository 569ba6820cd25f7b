// What kind of device a client is.

import HTTP
import Primitives

/// A client's kind of device by its User-Agent (RFC 9110 section 10.1.5), as far as sites have
/// different pages for them. Case counts: products are written in one way.
enum DeviceType: UInt8, Sendable {
  case mobile, tablet, desktop

  /// What origins are told it in.
  static let fieldName = "Skerry-Device-Type"

  /// The field by raw values.
  private static let told = ["mobile", "tablet", "desktop"].map { name in
    var fields = FieldBlock()
    fields.append(fieldName, name)
    return fields
  }

  /// Tablets: `iPad`, `Tablet` (but `Tablet PC`), `Kindle`, `Silk/`, `PlayBook`, and `Android` without
  /// `Mobi`. Mobiles: `Mobi`, `iPhone`, `iPod`, `Windows Phone`, `BlackBerry`, `Opera Mini`. What is
  /// neither is a desktop, and so is a client that says nothing. Takes a step per byte.
  init(userAgent: Span<UInt8>) {
    var isMobile = false
    var isAndroid = false
    for index in 0..<userAgent.count {
      switch userAgent[index] {
      case 0x69 where Self.isWord("iPad", userAgent, index):
        self = .tablet
        return
      case 0x69:
        isMobile =
          isMobile || Self.isWord("iPhone", userAgent, index)
          || Self.isWord("iPod", userAgent, index)
      case 0x54 where Self.isWord("Tablet", userAgent, index):
        // Windows with a pen, whose pages are a desktop's.
        guard Self.isWord("Tablet PC", userAgent, index) else {
          self = .tablet
          return
        }
      case 0x4b, 0x53, 0x50:
        guard
          Self.isWord("Kindle", userAgent, index) || Self.isWord("Silk/", userAgent, index)
            || Self.isWord("PlayBook", userAgent, index)
        else { continue }
        self = .tablet
        return
      case 0x4d: isMobile = isMobile || Self.isWord("Mobi", userAgent, index)
      case 0x41: isAndroid = isAndroid || Self.isWord("Android", userAgent, index)
      case 0x57: isMobile = isMobile || Self.isWord("Windows Phone", userAgent, index)
      case 0x42: isMobile = isMobile || Self.isWord("BlackBerry", userAgent, index)
      case 0x4f: isMobile = isMobile || Self.isWord("Opera Mini", userAgent, index)
      default: continue
      }
    }
    self = isMobile ? .mobile : isAndroid ? .tablet : .desktop
  }

  /// Makes a request say this, and nothing that its client says of it.
  func write(to request: inout FieldBlock) {
    request.removeNames(of: Self.told[Int(rawValue)])
    request.append(0, of: Self.told[Int(rawValue)])
  }

  private static func isWord(
    _ word: StaticString, _ text: Span<UInt8>, _ index: Int
  ) -> Bool {
    let end = index + word.utf8CodeUnitCount
    return end <= text.count && text.extracting(index..<end).equals(word)
  }
}
