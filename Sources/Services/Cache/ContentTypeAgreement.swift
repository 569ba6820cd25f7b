// Does a response look like what its name says?

import HTTP
import Primitives

/// Web cache deception: `/account/x.css` that answers with the account page must not be kept for all.
enum ContentTypeAgreement {
  /// Whether the content type of a successful response may belong to a path with its extension.
  /// Paths without one, extensions that say nothing and responses without a type agree.
  static func holds(_ request: RequestHead, _ response: ResponseHead) -> Bool {
    guard (200..<300).contains(response.status) else { return true }
    let path = request.path.span.extracting(0..<request.pathLengthBeforeQuery)
    let place = TargetPath.fileExtension(path)
    guard !place.isEmpty, let kinds = kinds(of: path.extracting(place)) else { return true }
    return response.fields.withFirst(.contentType) { type in
      type.count == 0 || kinds.contains { begins(type, $0) }
        || opaque.contains { begins(type, $0) }
    } ?? true
  }

  private static func begins(_ type: Span<UInt8>, _ kind: StaticString) -> Bool {
    let length = kind.utf8CodeUnitCount
    return type.count >= length && type.extracting(0..<length).equalsIgnoringCase(kind)
  }

  /// Types that any file may have.
  private static let opaque: [StaticString] = [
    "application/octet-stream", "binary/octet-stream", "application/x-download",
    "application/force-download",
  ]

  /// How the types of files with that extension begin; nil if nothing is known of it.
  private static func kinds(of name: Span<UInt8>) -> [StaticString]? {
    for row in table {
      for known in row.names where name.equalsIgnoringCase(known) { return row.kinds }
    }
    return nil
  }

  private static let table: [(names: [StaticString], kinds: [StaticString])] = [
    (["css"], ["text/css", "text/plain"]),
    (
      ["js", "mjs", "cjs"],
      [
        "text/javascript", "application/javascript", "application/x-javascript",
        "application/ecmascript", "text/plain", "application/json",
      ]
    ),
    (["json", "map"], ["application/", "text/json", "text/plain"]),
    (
      [
        "png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "svgz", "ico", "bmp", "tif", "tiff",
        "jxl", "heic", "apng",
      ], ["image/"]
    ),
    (
      ["woff", "woff2", "ttf", "otf", "eot"],
      [
        "font/", "application/font", "application/x-font", "application/vnd.ms-fontobject",
        "application/vnd.ms-opentype",
      ]
    ),
    (
      ["mp4", "m4v", "webm", "mov", "mkv", "avi", "ogv", "mpg", "mpeg", "m4s"],
      ["video/", "audio/", "application/mp4"]
    ),
    (
      ["mp3", "m4a", "ogg", "oga", "opus", "wav", "flac", "aac"],
      ["audio/", "video/", "application/ogg"]
    ),
    (["pdf"], ["application/pdf", "application/x-pdf"]),
    (
      ["zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "tar", "jar"],
      [
        "application/zip", "application/gzip", "application/zstd", "application/vnd.",
        "application/x-", "application/java-archive",
      ]
    ),
    (
      ["exe", "dmg", "pkg", "deb", "rpm", "apk", "msi", "iso"],
      ["application/x-", "application/vnd."]
    ),
    (["wasm"], ["application/wasm"]),
    (["txt", "md"], ["text/plain", "text/markdown"]),
    (["csv"], ["text/csv", "text/plain", "application/csv", "application/vnd.ms-excel"]),
  ]
}
