// What must hold for any bytes whatever: run by the fuzz targets and replayed as unit tests.

import DNS
import Primitives

/// A property returns what is wrong, or nil.
typealias FuzzProperty = @Sendable ([UInt8]) -> String?

/// The properties by the names of their fuzz targets, which are those of their corpora.
let fuzzProperties: [(String, FuzzProperty)] = [
  ("Query", queryProperty), ("EDNSOptions", ednsOptionsProperty), ("TSIG", tsigProperty),
  ("Names", namesProperty), ("Message", messageProperty), ("Content", contentProperty),
  ("ZoneFile", zoneFileProperty),
]

/// What was read lies within the message; the response to it can be read.
func queryProperty(_ input: [UInt8]) -> String? {
  var query = DNSQuery()
  do throws(DNSError) {
    try query.read(input.span)
  } catch {
    if error.responseCode == nil, query.edns != nil || query.hasQuestion { return "\(error)" }
    return nil
  }
  let ends = [12, query.questionEnd, query.answerEnd, query.authorityEnd, input.count]
  if ends != ends.sorted() { return "sections: \(ends)" }
  let options = query.edns?.cookie ?? query.authorityEnd..<query.authorityEnd
  if options.lowerBound < query.authorityEnd || options.upperBound > input.count {
    return "cookie: \(options)"
  }
  guard query.hasQuestion else { return nil }
  var buffer = [UInt8](repeating: 0, count: 1232)
  let length = respond(to: query, input, in: &buffer)
  return check(Array(buffer[..<length]), against: query)
}

/// A response with one record of the question's name and type, and OPT.
private func respond(to query: borrowing DNSQuery, _ message: [UInt8], in buffer: inout [UInt8])
  -> Int
{
  var writer = DNSMessageWriter(buffer.mutableSpan, limitBytes: 1232)
  _ = writer.appendQuestion(message.span.extracting(12..<query.questionEnd))
  _ = writer.append(ownerAt: 12, type: .txt, ttl: 1, contents: [0, 2, 1, 97].span)
  _ = writer.append(
    owner: query.name.suffix(labels: 1), type: .ns, ttl: 1,
    contents: ([0, UInt8(query.name.count)] + copy(query.name.span)).span)
  writer.begin(.additional)
  _ = writer.beginOPT(payloadBytes: 1232, code: .badVersion, dnssecOK: true)
  return writer.finish(DNSHeader(responseTo: query.header))
}

private func check(_ response: [UInt8], against query: borrowing DNSQuery) -> String? {
  do throws(DNSError) {
    var reader = try DNSMessageReader(response.span)
    let name = try DomainName(wire: query.name.span)
    guard reader.header.isResponse, reader.header.id == query.header.id,
      reader.question?.name == name, reader.question?.type == query.type
    else { return "question" }
    var count = 0
    while let record = try reader.next(response.span) {
      if record.type == .txt, record.owner != name { return "owner \(record.owner)" }
      // A name in a content may take the case that the question has.
      if record.type == .ns, try DomainName(wire: record.content.span) != name { return "content" }
      count += 1
    }
    return count == 3 ? nil : "\(count) records"
  } catch {
    return "the response is not read: \(error)"
  }
}

private func copy(_ span: Span<UInt8>) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.append(span)
  return bytes
}

/// The input is the options of a query: what is read of them lies within them, and a client subnet
/// that is echoed is the same one.
func ednsOptionsProperty(_ input: [UInt8]) -> String? {
  guard input.count < 4096 else { return nil }
  let head: [UInt8] = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1]
  let fixed: [UInt8] = [0, 0, 41, 4, 208, 0, 0, 0, 0]
  let message =
    head + fixed + [UInt8(input.count >> 8), UInt8(input.count & 255)] + input
  var query = DNSQuery()
  do throws(DNSError) {
    try query.read(message.span)
  } catch {
    switch error {
    case .malformedOption, .malformedCookie, .malformedClientSubnet: return nil
    default: return "\(error)"
    }
  }
  guard let edns = query.edns else { return "no OPT" }
  if let cookie = edns.cookie, cookie.lowerBound < 28 || cookie.upperBound > message.count {
    return "cookie at \(cookie)"
  }
  guard let subnet = edns.clientSubnet else { return nil }
  var buffer = [UInt8](repeating: 0, count: 64)
  let end = echo(subnet, in: &buffer)
  do throws(DNSError) {
    return try ClientSubnet(buffer.span.extracting(27..<end)) == subnet ? nil : "another subnet"
  } catch {
    return "the echo is not read: \(error)"
  }
}

/// A response that has the client subnet option alone, from byte 27 on.
private func echo(_ subnet: ClientSubnet, in buffer: inout [UInt8]) -> Int {
  var writer = DNSMessageWriter(buffer.mutableSpan, limitBytes: 64)
  _ = writer.beginOPT(payloadBytes: 1232, code: .noError, dnssecOK: false)
  _ = writer.appendOption(subnet, scopePrefixBits: 0)
  return writer.finish(DNSHeader())
}

/// The input is a TSIG record: it is written as it was read, and what is authenticated has the length
/// that it must have.
func tsigProperty(_ input: [UInt8]) -> String? {
  let message = [UInt8](repeating: 0, count: 12) + input
  let record: TSIGRecord
  do throws(DNSError) {
    record = try TSIGRecord(message.span, at: 12)
  } catch {
    return nil
  }
  var written = [UInt8](repeating: 0, count: 12)
  record.append(to: &written)
  guard written.count == 12 + record.length else { return "length \(record.length)" }
  do throws(DNSError) {
    if try TSIGRecord(written.span, at: 12) != record { return "another record" }
  } catch {
    return "not read back: \(error)"
  }
  var authenticated: [UInt8] = []
  TSIGRecord.appendPrior(mac: record.mac.span, to: &authenticated)
  record.appendMessage(message.span, end: 12, to: &authenticated)
  record.appendVariables(to: &authenticated)
  let variables =
    record.keyName.bytes.count + record.algorithm.bytes.count + 6 + 8 + 4 + record.other.count
  return authenticated.count == 2 + record.mac.count + 12 + variables ? nil : "authenticated"
}

/// Names at any place of a message are bounded; written with compression and as text, they are read
/// back as the same.
func namesProperty(_ input: [UInt8]) -> String? {
  let message = [UInt8](repeating: 0, count: 12) + input.prefix(400)
  var names: [DomainName] = []
  for start in 12..<message.count {
    var position = start
    do throws(DNSError) {
      let name = try DomainName(message.span, at: &position)
      guard name.bytes.count <= 255, position > start, position <= message.count else {
        return "\(name) ends at \(position)"
      }
      if try DomainName("\(name)").bytes != name.bytes { return "text \(name)" }
      if names.count < 60 { names.append(name) }
    } catch {
      continue
    }
  }
  var buffer = [UInt8](repeating: 0xff, count: 65_535)
  let limit = 12 + input.reduce(0) { ($0 &* 31 &+ Int($1)) & 0x7fff }
  let (length, written) = write(names, limit: limit, in: &buffer)
  return readBack(Array(buffer[..<length]), names, written)
}

private func write(_ names: [DomainName], limit: Int, in buffer: inout [UInt8]) -> (Int, [Int]) {
  var writer = DNSMessageWriter(buffer.mutableSpan, limitBytes: limit)
  var written: [Int] = []
  for (index, name) in names.enumerated() {
    let content = [0, 7] + name.bytes
    let contents = [UInt8(content.count >> 8), UInt8(content.count & 255)] + content
    let fits = writer.append(
      owner: name.bytes.span, type: .mx, ttl: 0, contents: contents.span)
    if fits { written.append(index) }
  }
  return (writer.finish(DNSHeader()), written)
}

private func readBack(_ message: [UInt8], _ names: [DomainName], _ written: [Int]) -> String? {
  do throws(DNSError) {
    var reader = try DNSMessageReader(message.span)
    for index in written {
      let record = try reader.next(message.span)
      // Letters may come in the case of a name that was there before.
      guard let record, record.owner == names[index],
        try DomainName(wire: record.content.span.extracting(2..<record.content.count))
          == names[index]
      else { return "\(names[index]) is not read back" }
    }
    return try reader.next(message.span) == nil ? nil : "a record too many"
  } catch {
    return "what was written is not read: \(error)"
  }
}
