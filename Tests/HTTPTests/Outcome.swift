// What tests and fuzz targets of this room share: messages as text, results to be compared.

import HTTP
import Primitives

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// The fields of a block as lines `name: value`.
func lines(_ block: FieldBlock) -> [String] {
  block.entries.indices.map { index in
    let entry = block.entries[index]
    return text(Array(block.bytes[entry.nameRange])) + ": "
      + text(Array(block.bytes[entry.valueRange]))
  }
}

func block(_ fields: [(String, String)]) -> FieldBlock {
  var block = FieldBlock()
  for (name, value) in fields { block.append(name, value) }
  return block
}

/// Everything that a parser says of one message.
struct Outcome: Equatable, CustomStringConvertible {
  var start = ""
  var authority = ""
  var fields: [String] = []
  var framing = HTTP1MessageFraming()
  var body: [UInt8] = []
  var trailers: [String] = []
  var consumed = 0
  var error: HTTPParseError?

  var description: String {
    error.map { "\($0)" } ?? "\(start) @\(authority) \(fields) \(framing) \(text(body)) \(trailers)"
  }

  /// The request at the front of `input`, given in pieces that end at `cuts`; nil while more bytes
  /// are needed.
  static func request(
    _ input: [UInt8], scheme: RequestHead.Scheme = .http, cuts: [Int] = [],
    limits: HTTP1Limits = HTTP1Limits()
  ) -> Outcome? {
    var parser = HTTP1RequestParser(scheme: scheme, limits: limits)
    var head = RequestHead()
    var result = Outcome()
    do throws(HTTPParseError) {
      for cut in cuts + [input.count] {
        guard let consumed = try parser.parse(input.span.extracting(0..<cut), into: &head) else {
          continue
        }
        result.start = "\(text(head.method.token)) \(text(head.path)) \(head.version)"
        result.authority = text(head.authority)
        result.fields = lines(head.fields)
        result.framing = parser.framing
        result.consumed = consumed
        return result
      }
    } catch {
      result.error = error
      return result
    }
    return nil
  }

  static func response(
    _ input: [UInt8], for method: HTTPMethod = .get, cuts: [Int] = []
  ) -> Outcome? {
    var parser = HTTP1ResponseParser()
    var head = ResponseHead(status: 0)
    var result = Outcome()
    do throws(HTTPParseError) {
      for cut in cuts + [input.count] {
        guard
          let consumed = try parser.parse(
            input.span.extracting(0..<cut), for: method, into: &head)
        else { continue }
        result.start = "\(head.status)"
        result.fields = lines(head.fields)
        result.framing = parser.framing
        result.consumed = consumed
        return result
      }
    } catch {
      result.error = error
      return result
    }
    return nil
  }

  /// The body in `input`, given in pieces that end at `cuts`; nil while more bytes are needed.
  static func body(
    _ input: [UInt8], _ framing: HTTP1MessageFraming.Body, cuts: [Int] = [],
    limits: HTTP1Limits = HTTP1Limits()
  ) -> Outcome? {
    var decoder = HTTP1BodyDecoder(framing, limits: limits)
    var result = Outcome()
    do throws(HTTPParseError) {
      var start = 0
      for cut in cuts + [input.count] {
        while start < cut, !decoder.isComplete {
          let step = try decoder.decode(input.span.extracting(start..<cut))
          result.body += input[start..<cut].dropFirst(step.content.lowerBound)
            .prefix(step.content.count)
          start += step.consumed
          precondition(step.consumed > 0 && step.isComplete == decoder.isComplete)
        }
      }
      result.consumed = start
      guard decoder.isComplete else { return nil }
      result.trailers = lines(decoder.trailers)
    } catch {
      result.error = error
    }
    return result
  }
}
