// What must hold for any bytes whatever: run by the fuzz targets and replayed as unit tests.

import DNS
import Location
import Primitives
import Runtime

@testable import NameService

/// A property returns what is wrong, or nil.
typealias FuzzProperty = @Sendable ([UInt8]) -> String?

/// The properties by the names of their fuzz targets, which are those of their corpora.
let fuzzProperties: [(String, FuzzProperty)] = [
  ("Response", responseProperty), ("Image", imageProperty), ("Transfer", transferProperty),
  ("Resolver", resolverProperty),
]

private let fuzzRecords: [ZoneRecord] = {
  let names: [(String, RecordType, [UInt8])] = [
    ("z", .ns, [1, 97, 1, 122, 0]), ("a.z", .a, [1, 2, 3, 4]),
    ("z", .mx, [0, 1, 1, 97, 1, 122, 0]),
    ("*.w.z", .txt, [1, 1]), ("c.z", .cname, [1, 98, 1, 119, 1, 122, 0]),
    ("s.z", .ns, [1, 110, 1, 115, 1, 122, 0]), ("n.s.z", .aaaa, Array(repeating: 1, count: 16)),
    ("d.z", .cname, [1, 99, 1, 122, 0]), ("s.z", .ds, [0, 1, 13, 2, 5]),
  ]
  return names.compactMap { name, type, content in
    do throws(DNSError) {
      return ZoneRecord(name: try DomainName(name), type: type, ttl: 60, content: content)
    } catch { return nil }
  }
}()

private let fuzzImage: ZoneImage = {
  do {
    return try ZoneCompiler.compile(apex: try DomainName("z"), records: fuzzRecords).get()
  } catch { preconditionFailure("the records are a zone: \(error)") }
}()

/// The same with rules: an alias at the apex, addresses of `c.z` for some places, and some with weights.
private let ruledImage: ZoneImage = {
  do {
    let placed = RecordPlaces(continents: [.europe], systems: [7])
    var records = fuzzRecords.filter { $0.type != .cname }
    let names: [(String, RecordType, [UInt8], RecordTraits)] = [
      ("z", .cname, [1, 97, 1, 122, 0], RecordTraits()),
      ("c.z", .a, [1, 2, 3, 4], RecordTraits()),
      ("c.z", .a, [1, 2, 3, 5], RecordTraits(places: placed)),
      ("w.z", .a, [1, 2, 3, 6], RecordTraits(weight: 2)),
      ("w.z", .a, [1, 2, 3, 7], RecordTraits()),
      ("s.c.z", .cname, [1, 122, 0], RecordTraits(isFlattened: true)),
    ]
    var traits: [Int: RecordTraits] = [:]
    for (name, type, content, own) in names {
      traits[records.count] = own
      records.append(
        ZoneRecord(name: try DomainName(name), type: type, ttl: 60, content: content))
    }
    return try ZoneCompiler.compile(
      apex: try DomainName("z"), records: records, traits: traits
    ).get()
  } catch { preconditionFailure("the records are a zone: \(error)") }
}()

/// The same with addresses that are checked, some of them with weights.
private let checkedImage: ZoneImage = {
  do {
    var records = fuzzRecords
    var check = HealthCheck(.http, port: 80)
    check.host = "h"
    let names: [(String, [UInt8], RecordTraits)] = [
      ("h.z", [1, 2, 3, 4], RecordTraits(check: check)), ("h.z", [1, 2, 3, 5], RecordTraits()),
      ("w.z", [1, 2, 3, 6], RecordTraits(weight: 2, check: HealthCheck(.tcp, port: 9))),
      ("w.z", [1, 2, 3, 7], RecordTraits()),
    ]
    var traits: [Int: RecordTraits] = [:]
    for (name, content, own) in names {
      traits[records.count] = own
      records.append(ZoneRecord(name: try DomainName(name), type: .a, ttl: 60, content: content))
    }
    return try ZoneCompiler.compile(
      apex: try DomainName("z"), records: records, traits: traits
    ).get()
  } catch { preconditionFailure("the records are a zone: \(error)") }
}()

/// Whatever comes is answered with a message that can be read, no longer than it may be, or with silence.
func responseProperty(_ input: [UInt8]) -> String? {
  respond(input, fuzzImage, isStream: false) ?? respond(input, fuzzImage, isStream: true)
}

/// Bytes are refused as an image, or answer everything with messages that can be read.
func imageProperty(_ input: [UInt8]) -> String? {
  imageProperty(input, fuzzImage) ?? imageProperty(input, ruledImage)
    ?? imageProperty(input, checkedImage)
}

private func imageProperty(_ input: [UInt8], _ valid: ZoneImage) -> String? {
  // A valid one with some bytes changed: pairs of a place and a value.
  var bytes = valid.bytes
  for index in stride(from: 0, to: input.count - 2, by: 3) {
    let place = (Int(input[index]) << 8 | Int(input[index + 1])) % bytes.count
    bytes[place] = input[index + 2]
  }
  if input.count % 3 == 1 { bytes.removeLast(min(bytes.count, Int(input[input.count - 1]))) }
  for bytes in [bytes, input] {
    guard let image = ZoneImage(bytes) else { continue }
    _ = image.configuredRecords
    findPlaces(in: image)
    gatherWell(in: image)
    let stamped = image.stamped(epoch: 7)
    var wire = image.apex
    for label in ["", "c", "s", "x"] as [String] {
      if !label.isEmpty { wire = [1, label.utf8.first ?? 0] + wire }
      if wire.count > 255 { break }
      for type in [RecordType.a, .soa, .ds] {
        let query: [UInt8] =
          [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0] + wire + [0, UInt8(type.rawValue), 0, 1]
        if let fault = respond(query, stamped, isStream: true) { return fault }
      }
    }
  }
  return nil
}

/// Chooses the sets of all nodes for some places, and by turns.
private func findPlaces(in image: ZoneImage) {
  let reader = ImageReader(image.bytes.span)
  var location = Location()
  location.continent = .europe
  for system in [nil, 7, 8] as [UInt32?] {
    location.autonomousSystem = system
    for node in 0..<reader.nodeCount {
      _ = reader.placedSet(.a, of: node, at: location)
      _ = reader.weightedSet(.a, of: node, turn: UInt32(node))
    }
  }
}

/// Leaves the records out of all sets whose addresses are checked, but for every third.
private func gatherWell(in image: ZoneImage) {
  let checked = image.checkedRecords
  let health = ZoneHealth()
  health.set(Set(checked.filter { $0.number % 3 > 0 }.map(\.target)), checked)
  let reader = ImageReader(image.bytes.span)
  for node in 0..<reader.nodeCount {
    _ = reader.weightedSet(.a, of: node, turn: UInt32(node), health)
    guard let set = reader.records(.a, of: node), let first = reader.firstChecked(.a, of: node)
    else { continue }
    _ = health.gather(reader.bytes.extracting(set.contents), first: first)
  }
}

/// Of the zone as it is, and signed.
private func respond(_ message: [UInt8], _ image: ZoneImage, isStream: Bool) -> String? {
  respond(message, image, nil, isStream: isStream)
    ?? signer(image).flatMap { respond(message, image, $0, isStream: isStream) }
}

private let key = ZoneKey.generate()

private func signer(_ image: ZoneImage) -> ZoneSigner? {
  guard let key, let apex = try? DomainName(wire: image.apex.span),
    let signing = ZoneSigning(SigningPlan(key), apex: apex)
  else { return nil }
  let budget = SigningBudget()
  budget.begin()
  return ZoneSigner(
    signing, hasher: KeyedHash(key0: 1, key1: 2), budget: budget, memory: SignatureMemory())
}

private func respond(
  _ message: [UInt8], _ image: ZoneImage, _ signer: ZoneSigner?, isStream: Bool
) -> String? {
  var responder = Responder(cookies: ServerCookies(key0: 1, key1: 2))
  let client = SocketAddress(ipv4: 192, 0, 2, 1, port: 4_321)
  let reader = ImageReader(image.bytes.span)
  var room = [UInt8](repeating: 0, count: isStream ? 65_535 : 1_232)
  var length = 0
  let reading = responder.read(
    message.span, Responder.Transport(address: client, isStream: isStream, seconds: 1_000))
  let limit = responder.limit(isStream: isStream)
  var span = room.mutableSpan
  switch reading {
  case .silence: return nil
  case .refusal(let code):
    length = responder.refuse(message.span, code, isStream: isStream, into: &span)
  case .question:
    let labels = responder.query.name.labelCount
    let suffix = responder.query.name.suffix(labels: reader.apexLabels)
    // Names outside of the zone do not come to it.
    guard labels >= reader.apexLabels, suffix.equals(reader.apex) else { return nil }
    length =
      responder.answer(
        message.span, reader, nested: .none, signer: signer, isStream: isStream, into: &span
      ).length
  }
  if length > limit { return "\(length) bytes of at most \(limit)" }
  let response = Array(room[..<length])
  do throws(DNSError) {
    var records = try DNSMessageReader(response.span)
    guard records.header.isResponse else { return "no response" }
    while try records.next(response.span) != nil {}
    return nil
  } catch { return "the response can't be read: \(error)" }
}

/// Messages, each behind its length, are a transfer that is signed, or not; or they are refused. What is
/// taken is bounded by what came.
func transferProperty(_ input: [UInt8]) -> String? {
  for isSigned in [false, true] {
    guard var reader = fuzzReader(isSigned: isSigned) else { return "no reader" }
    var place = 0
    while place + 2 <= input.count {
      let end = min(input.count, place + 2 + Int(input[place]) << 8 + Int(input[place + 1]))
      do throws(TransferReader.Fault) {
        if try reader.take(Array(input[(place + 2)..<end]), seconds: 1_700_000_000) { break }
      } catch { break }
      place = end
    }
    guard reader.records.count * 11 <= input.count else { return "more than came" }
  }
  guard let list = RecordList(checking: input) else { return nil }
  var place = 0
  while let entry = list.entry(at: place) { place = entry.end }
  return place == input.count ? nil : "the list ends at \(place)"
}

private func fuzzReader(isSigned: Bool) -> TransferReader? {
  guard let apex = TSIGKey.name("xfer.test"), let name = TSIGKey.name("key.example") else {
    return nil
  }
  let key = TSIGKey(name: name, algorithm: .sha256, secret: (0..<32).map { UInt8($0) })
  do throws(TransferReader.Fault) {
    return try TransferReader(
      apex: apex, id: 0x1234, key: isSigned ? key : nil, seconds: 1_700_000_000)
  } catch { return nil }
}

/// What a resolver sends is addresses, few and whole, or none.
func resolverProperty(_ input: [UInt8]) -> String? {
  let name: [UInt8] = [1, 122, 0]
  for (type, length) in [(RecordType.a, 4), (.aaaa, 16)] {
    guard
      case .finding(.addresses(let run, _)) = ResolverMessage.read(
        input.span, name, type, id: 0x1234)
    else { continue }
    guard run.count % (2 + length) == 0, run.count / (2 + length) <= 32 else {
      return "\(run.count) bytes of addresses"
    }
    for start in stride(from: 0, to: run.count, by: 2 + length) {
      guard run[start] == 0, run[start + 1] == length else { return "an address is none" }
    }
  }
  return nil
}
