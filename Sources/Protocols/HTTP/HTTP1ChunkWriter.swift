// Writing the chunked transfer coding.

import Primitives

/// Chunks around content (RFC 9112 section 7.1). Content itself is not copied here.
package enum HTTP1ChunkWriter {
  /// What comes before `length` bytes of content. A chunk of no bytes would end the body.
  package static func appendHead(length: Int, to output: inout [UInt8]) {
    precondition(length > 0, "An empty chunk ends a body.")
    output.appendHexadecimal(UInt64(length))
    output.append("\r\n")
  }

  /// What comes behind the content of a chunk.
  package static func appendTail(to output: inout [UInt8]) { output.append("\r\n") }

  /// The last chunk and the trailer section, without fields that may not stand in one.
  package static func appendEnd(trailers: borrowing FieldBlock, to output: inout [UInt8]) {
    output.append(addingCapacity: trailers.mostLineBytes &+ 5) { output in
      output.append("0\r\n")
      for index in trailers.entries.indices
      where trailers.entries[index].name.trailerRule == .allowed {
        HTTP1HeadWriter.appendFieldLine(trailers, at: index, to: &output)
      }
      output.append("\r\n")
    }
  }

  /// The last chunk without trailers.
  package static func appendEnd(to output: inout [UInt8]) { output.append("0\r\n\r\n") }
}
