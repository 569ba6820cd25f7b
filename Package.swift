// swift-tools-version: 6.3
// The layers of Skerry as a table. Imports go down only: a target may import targets of layers
// below its own, and nothing of its own layer. A wrong arrow stops here with a sentence that says
// which one it is (see `Layer.check`).
import PackageDescription

/// The sanitizer that the tests run under (`./dev sanitize`); nil without.
let sanitizer = Context.environment["SKERRY_SANITIZER"]

let layers: [Layer] = [
  Layer(
    "Programs",
    [
      Room(
        "skerry",
        imports: [
          "PublicAPI", "Control", "Gateway", "Zones", "Cache", "NameService", "Origin", "Reserve", "Tiers",
          "HTTPServer", "HTTPClient", "Exchange", "ConfigurationTree", "DNS", "HTTP", "Runtime",
          "TLS",
          "Storage", "Location", "CJemalloc", "Primitives",
        ], libraries: [.argumentParser, .yams, .logging], program: true)
    ]),
  Layer(
    "API",
    [
      Room(
        "PublicAPI",
        imports: [
          "Control", "Zones", "NameService", "Origin", "Exchange", "ConfigurationTree", "DNS",
          "HTTP", "Runtime", "TLS", "Storage", "Primitives",
        ])
    ]),
  Layer(
    "Edge",
    [
      Room(
        "Gateway",
        imports: [
          "Zones", "Cache", "ContentCoding", "NameService", "Origin", "Reserve", "Tiers",
          "HTTPServer", "HTTPClient", "Exchange", "DNS", "HTTP", "Runtime", "TLS", "Storage",
          "Location",
          "Primitives",
        ]),
      Room(
        "Control",
        imports: [
          "Zones", "Cache", "HTTPServer", "Exchange", "ConfigurationTree", "HTTP", "Runtime",
          "Storage", "Primitives",
        ]),
    ]),
  Layer(
    "Configuration",
    [
      Room(
        "Zones",
        imports: [
          "Cache", "ContentCoding", "NameService", "Origin", "Tiers", "Exchange",
          "ConfigurationTree",
          "DNS", "HTTP", "Runtime", "TLS", "Storage", "Primitives",
        ])
    ]),
  Layer(
    "Services",
    [
      Room(
        "Cache",
        imports: [
          "Exchange", "ConfigurationTree", "HTTP", "Runtime", "Storage", "Location", "Primitives",
        ],
        pages: ["Disk/Disk.md"]),
      Room(
        "ContentCoding",
        imports: [
          "Exchange", "ConfigurationTree", "HTTP", "Runtime", "Compression", "Primitives",
        ]),
      Room(
        "NameService",
        imports: [
          "HTTPClient", "Exchange", "ConfigurationTree", "DNS", "HTTP", "Runtime", "TLS", "Location",
          "Primitives",
        ],
        pages: [
          "Flattening/Flattening.md", "Health/Health.md", "Places/Places.md", "Signing/Signing.md",
          "Transfers/Transfers.md",
        ]),
      Room(
        "Reserve",
        imports: [
          "HTTPClient", "Exchange", "HTTP", "Runtime", "TLS", "Primitives",
        ]),
      Room(
        "Tiers",
        imports: [
          "HTTPClient", "Exchange", "ConfigurationTree", "HTTP", "Runtime", "TLS", "Primitives",
        ]),
      Room(
        "Origin",
        imports: [
          "HTTPClient", "Exchange", "ConfigurationTree", "HTTP", "Runtime", "TLS", "Primitives",
        ]),
    ]),
  Layer(
    "Transport",
    [
      Room(
        "HTTPServer",
        imports: [
          "Exchange", "HTTP", "HTTP2Engine", "Runtime", "TLS", "Primitives",
        ]),
      Room(
        "HTTPClient",
        imports: [
          "Exchange", "HTTP", "HTTP2Engine", "Runtime", "TLS", "Primitives",
        ]),
    ]),
  Layer("Exchange", [Room("Exchange", imports: ["HTTP", "Runtime", "Primitives"])]),
  Layer(
    "Protocols",
    [
      Room("HTTP", imports: ["Primitives"]),
      Room("DNS", imports: ["Primitives"]),
      Room("ConfigurationTree", imports: ["Primitives"]),
    ]),
  Layer(
    "System",
    [
      Room("Runtime", imports: ["CLinux", "Primitives"]),
      Room("TLS", imports: ["COpenSSL", "Primitives"]),
      Room("HTTP2Engine", imports: ["CNghttp2", "Primitives"]),
      Room("Storage", imports: ["CLMDB", "Primitives"]),
      Room("Compression", imports: ["CCompression", "Primitives"]),
      Room("Location", imports: ["CMaxMindDB"]),
    ]),
  Layer(
    "Foreign",
    [
      Room("CLinux", c: []),
      // A sanitizer brings an allocator of its own, and two are one too many.
      Room("CJemalloc", c: sanitizer == nil ? ["jemalloc"] : []),
      Room("COpenSSL", c: ["ssl", "crypto"]),
      Room("CNghttp2", c: ["nghttp2"]),
      Room("CLMDB", c: ["lmdb"]),
      Room("CCompression", c: ["isal", "brotlienc"]),
      Room("CMaxMindDB", c: ["maxminddb"]),
    ]),
  Layer("Primitives", [Room("Primitives", imports: [])]),
]

/// What each test target may import beside the rooms it tests.
let tests: [TestRoom] = [
  TestRoom("PrimitivesTests", imports: ["Primitives"]),
  TestRoom("RuntimeTests", imports: ["Runtime", "Primitives"]),
  TestRoom("TLSTests", imports: ["TLS", "Primitives"]),
  TestRoom("HTTP2EngineTests", imports: ["HTTP2Engine", "Primitives"]),
  TestRoom("StorageTests", imports: ["Storage", "Primitives"]),
  TestRoom("CompressionTests", imports: ["Compression", "Primitives"]),
  TestRoom("LocationTests", imports: ["Location"]),
  TestRoom("HTTPTests", imports: ["HTTP", "Primitives"]),
  TestRoom("DNSTests", imports: ["DNS", "Primitives"]),
  TestRoom(
    "HTTPServerTests",
    imports: ["HTTPServer", "Exchange", "HTTP", "Runtime", "TLS", "Primitives"]),
  TestRoom(
    "HTTPClientTests",
    imports: [
      "HTTPClient", "Exchange", "HTTP", "HTTP2Engine", "Runtime", "TLS", "Primitives",
    ]),
  TestRoom(
    "OriginTests",
    imports: [
      "Origin", "HTTPClient", "Exchange", "HTTP", "HTTP2Engine", "Runtime", "TLS", "Primitives",
    ]),
  TestRoom(
    "ReserveTests",
    imports: ["Reserve", "Exchange", "HTTP", "HTTPClient", "Runtime", "TLS", "Primitives"]),
  TestRoom(
    "TiersTests",
    imports: [
      "Tiers", "TiersSimulation", "HTTPClient", "Exchange", "ConfigurationTree", "HTTP", "Runtime",
      "Primitives",
    ]),
  TestRoom(
    "TiersSimulation",
    imports: [
      "Tiers", "Cache", "HTTPClient", "Exchange", "ConfigurationTree", "HTTP", "Runtime",
      "Primitives",
    ], libraries: [.argumentParser], program: true),
  TestRoom(
    "CacheTests",
    imports: [
      "Cache", "Exchange", "ConfigurationTree", "HTTP", "Runtime", "Storage", "Location",
      "Primitives",
    ]),
  TestRoom(
    "ContentCodingTests",
    imports: [
      "ContentCoding", "ConfigurationTree", "Exchange", "HTTP", "Runtime", "Compression",
      "Primitives",
    ]),
  TestRoom(
    "ZonesTests",
    imports: [
      "Zones", "Cache", "ContentCoding", "NameService", "Origin", "ConfigurationTree", "Storage",
      "DNS", "HTTP", "Runtime", "Primitives",
    ], libraries: [.yams]),
  TestRoom(
    "GatewayTests",
    imports: [
      "Gateway", "Zones", "HTTPServer", "Origin", "Exchange", "ConfigurationTree", "NameService",
      "HTTP", "Runtime", "Storage", "TLS", "Primitives",
    ]),
  TestRoom(
    "ControlTests",
    imports: [
      "skerry", "Control", "Zones", "HTTPServer", "Exchange", "ConfigurationTree", "HTTP",
      "Runtime",
      "Storage", "Primitives",
    ], libraries: [.argumentParser]),
  TestRoom(
    "PublicAPITests",
    imports: [
      "PublicAPI", "Control", "Zones", "NameService", "Origin", "ConfigurationTree", "HTTP",
      "Runtime", "Primitives",
    ]),
  TestRoom(
    "NameServiceTests",
    imports: [
      "NameService", "ConfigurationTree", "DNS", "Runtime", "TLS", "Location", "Primitives",
    ]),
  TestRoom("TidyTests", imports: []),
]

let compilerSettings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
    // Exclusivity is proven by confinement to a loop; its dynamic checks cost 10 times the access.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
  ] + (sanitizer == "thread" ? [.define("THREAD_SANITIZER")] : [])

Layer.check(layers)

let package = Package(
  name: "skerry",
  products: [.executable(name: "skerry", targets: ["skerry"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: layers.flatMap { layer in layer.rooms.map { $0.target(in: layer.name) } }
    + tests.map { $0.target() }
)

// MARK: - The table's machinery

struct Layer {
  let name: String
  let rooms: [Room]

  init(_ name: String, _ rooms: [Room]) {
    self.name = name
    self.rooms = rooms
  }

  /// Refuses upward and sideways arrows, unknown rooms, and a second importer of a foreign room.
  static func check(_ layers: [Layer]) {
    var height: [String: Int] = [:]
    for (index, layer) in layers.enumerated() {
      for room in layer.rooms { height[room.name] = layers.count - index }
    }
    var importersOfForeign: [String: String] = [:]
    for layer in layers {
      for room in layer.rooms {
        for imported in room.imports {
          guard let below = height[imported], let own = height[room.name] else {
            preconditionFailure("\(room.name) imports \(imported), which no layer lists.")
          }
          precondition(
            below < own,
            "\(room.name) (layer \(layer.name)) may not import \(imported): imports go down only."
          )
          guard layers.contains(where: { $0.name == "Foreign" && $0.lists(imported) }) else {
            continue
          }
          let other = importersOfForeign.updateValue(room.name, forKey: imported)
          precondition(
            other == nil,
            "\(imported) is imported by \(other ?? "") and \(room.name): each foreign room has one importer."
          )
        }
      }
    }
  }

  func lists(_ name: String) -> Bool { rooms.contains { $0.name == name } }
}

struct Room {
  let name: String
  let imports: [String]
  var libraries: [Target.Dependency] = []
  var program = false
  var linked: [String]?
  /// Pages of the room's folders, beside its own.
  var pages: [String] = []

  init(
    _ name: String, imports: [String], libraries: [Target.Dependency] = [], program: Bool = false,
    pages: [String] = []
  ) {
    self.pages = pages
    self.name = name
    self.imports = imports
    self.libraries = libraries
    self.program = program
  }

  init(_ name: String, c linked: [String]) {
    self.name = name
    self.imports = []
    self.linked = linked
  }

  func target(in layer: String) -> Target {
    let path = "Sources/\(layer)/\(name)"
    let page = ["\(name).md"] + pages
    if let linked {
      return .target(
        name: name, path: path, exclude: page,
        linkerSettings: linked.map { .linkedLibrary($0) })
    }
    let dependencies = imports.map { Target.Dependency.target(name: $0) } + libraries
    if program {
      return .executableTarget(
        name: name, dependencies: dependencies, path: path, exclude: page,
        swiftSettings: compilerSettings)
    }
    return .target(
      name: name, dependencies: dependencies, path: path, exclude: page,
      swiftSettings: compilerSettings)
  }
}

struct TestRoom {
  let name: String
  let imports: [String]
  let libraries: [Target.Dependency]
  let program: Bool

  /// A target of tests, or a `program` that they use.
  init(
    _ name: String, imports: [String], libraries: [Target.Dependency] = [], program: Bool = false
  ) {
    self.name = name
    self.imports = imports
    self.libraries = libraries
    self.program = program
  }

  func target() -> Target {
    let dependencies = imports.map { Target.Dependency.target(name: $0) } + libraries
    let path = "Tests/\(name)"
    return program
      ? .executableTarget(
        name: name, dependencies: dependencies, path: path, exclude: ["\(name).md"],
        swiftSettings: compilerSettings)
      : .testTarget(
        name: name, dependencies: dependencies, path: path, swiftSettings: compilerSettings)
  }
}

extension Target.Dependency {
  static var argumentParser: Self {
    .product(name: "ArgumentParser", package: "swift-argument-parser")
  }
  static var logging: Self { .product(name: "Logging", package: "swift-log") }
  static var yams: Self { .product(name: "Yams", package: "Yams") }
}
