// Contents of records: checked, copied out of messages, in canonical form.

import Primitives

/// What can be done with a record's content whatever its type (RFC 1035 section 3.2.1).
package enum RDATA {
  /// Appends the content in `range` of a message to `output`, with its names uncompressed. Throws if
  /// it is not what its type has; of unknown types everything is taken (RFC 3597).
  package static func read(
    _ type: RecordType, _ message: Span<UInt8>, in range: Range<Int>, to output: inout [UInt8]
  ) throws(DNSError) {
    precondition(range.upperBound <= message.count)
    guard let fields = RDATAField.fields(of: type) else {
      return output.append(message.extracting(range))
    }
    let begin = output.count
    var index = range.lowerBound
    for field in fields {
      let end = try field.end(in: message, at: index, limit: range.upperBound)
      switch field {
      case .name: _ = try message.appendName(at: index, to: &output)
      case .exactName:
        // A pointer can't be told from others by its target, but by where the name ends.
        let start = output.count
        _ = try message.appendName(at: index, to: &output)
        guard output.count - start == end - index else { throw .badCompressionPointer }
      default: output.append(message.extracting(index..<end))
      }
      index = end
    }
    guard index == range.upperBound, output.count - begin <= DNSLimits.messageBytes else {
      throw .invalidContent
    }
  }

  /// Whether `content` is what the type has, with its names uncompressed.
  package static func isValid(_ type: RecordType, _ content: Span<UInt8>) -> Bool {
    guard content.count <= DNSLimits.messageBytes else { return false }
    guard let fields = RDATAField.fields(of: type) else { return true }
    var index = 0
    for field in fields {
      do throws(DNSError) {
        let end = try field.end(in: content, at: index, limit: content.count)
        switch field {
        case .name, .exactName:
          // A name that does not end with its root ends with a pointer.
          guard content.extracting(index..<end).endsWithRoot else { return false }
        default: break
        }
        index = end
      } catch {
        return false
      }
    }
    return index == content.count
  }

  /// Appends the canonical form of a valid content: names in lower case where RFC 4034 section 6.2
  /// and RFC 6840 section 5.1 want it.
  package static func appendCanonical(
    _ type: RecordType, _ content: Span<UInt8>, to output: inout [UInt8]
  ) {
    var index = 0
    forEachField(type, content) { field, range in
      guard case .name = field else { return }
      output.append(content.extracting(index..<range.lowerBound))
      for place in range { output.append(content[place].asciiLowercased) }
      index = range.upperBound
    }
    output.append(content.extracting(index..<content.count))
  }

  /// Lends every name in a valid content, such as the targets whose addresses are glue.
  package static func forEachName(
    _ type: RecordType, _ content: Span<UInt8>, _ body: (Span<UInt8>) -> Void
  ) {
    forEachField(type, content) { field, range in
      switch field {
      case .name, .exactName: body(content.extracting(range))
      default: break
      }
    }
  }

  /// Calls `body` with every field of a valid content and where it lies.
  static func forEachField(
    _ type: RecordType, _ content: Span<UInt8>, _ body: (RDATAField, Range<Int>) -> Void
  ) {
    var index = 0
    for field in RDATAField.fields(of: type) ?? [] {
      do throws(DNSError) {
        let end = try field.end(in: content, at: index, limit: content.count)
        body(field, index..<end)
        index = end
      } catch {
        // Not a valid content: nothing that is made of it can be right, but others go on.
        return assertionFailure("a content of type \(type.rawValue) was not checked: \(error)")
      }
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether a name in wire form, delimited by `endOfName`, ends with its root.
  var endsWithRoot: Bool {
    var index = 0
    while index < count, self[index] > 0, self[index] < 0xc0 { index += Int(self[index]) + 1 }
    return index == count - 1 && self[index] == 0
  }
}
