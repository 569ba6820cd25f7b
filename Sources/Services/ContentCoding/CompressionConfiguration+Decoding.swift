// The keys of a zone's `compression`.

package import ConfigurationTree
import Compression
package import HTTP

extension CompressionConfiguration {
  package static let keys = [
    "enabled", "codings", "mediaTypes", "minimumBytes", "gzipLevel", "brotliQuality",
    "concurrentResponses",
  ]

  /// Takes the settings out of `value`; what is missing or wrong has its default.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    if let given = decoder.bool("enabled", in: object) { isEnabled = given }
    if let given = Self.decodeCodings(object, &decoder) { codings = given }
    if let given = Self.decodeMediaTypes(object, &decoder) { mediaTypes = given }
    if let given = decoder.integer("minimumBytes", in: object, 0...(1 << 30)) {
      minimumBytes = given
    }
    if let given = decoder.integer("gzipLevel", in: object, GzipEncoder.levels) {
      gzipLevel = given
    }
    if let given = decoder.integer("brotliQuality", in: object, BrotliEncoder.qualities) {
      brotliQuality = given
    }
    if let given = decoder.integer("concurrentResponses", in: object, 1...100_000) {
      concurrentResponses = given
    }
  }

  /// The settings as a tree, every key written out.
  package var tree: ConfigurationValue {
    .object([
      ("enabled", .bool(isEnabled)),
      ("codings", .array(codings.compactMap(Self.name).map { .string($0) })),
      ("mediaTypes", .array(mediaTypes.map { .string($0) })),
      ("minimumBytes", .integer(minimumBytes)),
      ("gzipLevel", .integer(gzipLevel)),
      ("brotliQuality", .integer(brotliQuality)),
      ("concurrentResponses", .integer(concurrentResponses)),
    ])
  }

  /// What a coding is called in configurations; nil for none.
  package static func name(_ coding: ContentCoding) -> String? {
    switch coding {
    case .identity: nil
    case .gzip: "gzip"
    case .brotli: "brotli"
    }
  }

  /// The coding that is called `name`.
  package static func coding(named name: String) -> ContentCoding? {
    ContentCoding.allCases.first { Self.name($0) == name }
  }

  private static func decodeCodings(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> [ContentCoding]? {
    let remedy = "Write \"brotli\" or \"gzip\", each once."
    return elements("codings", object, &decoder, limit: 8) { text, decoder in
      guard let coding = coding(named: text) else {
        return decoder.fault("is \"\(text)\"", remedy)
      }
      return coding
    }
  }

  private static func decodeMediaTypes(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> [String]? {
    elements("mediaTypes", object, &decoder, limit: ContentCodingLimits.mediaTypes) {
      text, decoder in
      let lower = text.lowercased()
      guard MediaTypePattern(lower) != nil else {
        return decoder.fault(
          "is \"\(text)\"",
          "Write a type and a subtype without parameters, as text/html, text/* or application/*+json."
        )
      }
      return lower
    }
  }

  /// The texts of the list `key`, each by `body`; nil if there is none or it is not usable.
  private static func elements<Element: Equatable>(
    _ key: String, _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder,
    limit: Int, _ body: (String, inout ElementDecoder) -> Element?
  ) -> [Element]? {
    var elements: [Element] = []
    let isList = decoder.list(key, in: object, limit: limit) { value, decoder in
      var element = ElementDecoder(decoder: decoder, value: value)
      defer { decoder = element.decoder }
      guard case .string(let text) = value.content else {
        let _: Element? = element.fault("is \(value.kind)", "Give a text.")
        return
      }
      guard let decoded = body(text, &element) else { return }
      if elements.contains(decoded) {
        let _: Element? = element.fault("is \"\(text)\" once more", "Write it once.")
      } else {
        elements.append(decoded)
      }
    }
    guard isList else { return nil }
    if case .array(let given)? = object.value(key)?.content, given.isEmpty {
      decoder.at(key) {
        $0.report(
          "is empty",
          "Give at least one, or leave the key out; to code nothing, set enabled to false.",
          at: object.value(key)?.position)
      }
    }
    return elements.isEmpty ? nil : elements
  }

  /// A decoder at one element of a list.
  private struct ElementDecoder {
    var decoder: ConfigurationDecoder
    let value: ConfigurationValue

    /// Notes what is wrong with the element.
    mutating func fault<Element>(_ problem: String, _ remedy: String) -> Element? {
      decoder.report(problem, remedy, at: value.position)
      return nil
    }
  }
}
