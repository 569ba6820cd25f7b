// Several fields at once into a block.

import Primitives

/// The lines of fields that are being written into memory that a block has taken for all of them.
package struct FieldLines {
  private(set) var entries: [FieldBlock.Entry]
  /// Where the memory lies in the block.
  private let base: Int

  init(_ entries: consuming [FieldBlock.Entry], at base: Int) {
    self.entries = entries
    self.base = base
  }

  /// Whether there is a field of that name so far, in the block as well.
  package func contains(_ name: FieldName) -> Bool {
    for entry in entries where entry.name == name { return true }
    return false
  }

  /// The line of a known field whose value `write` appends. `isChecked`: it can't split a message.
  package mutating func append(
    _ name: FieldName, isChecked: Bool = false, _ output: inout OutputSpan<UInt8>,
    _ write: (inout OutputSpan<UInt8>) -> Void
  ) {
    precondition(name != .other)
    let nameStart = output.count
    output.append(name.canonical)
    output.append(": ")
    let valueStart = output.count
    write(&output)
    entries.append(
      FieldBlock.Entry(
        name: name, nameStart: base &+ nameStart, nameLength: valueStart &- nameStart &- 2,
        valueStart: base &+ valueStart, valueLength: output.count &- valueStart,
        traits: isChecked ? [.checked, .line] : .line))
    output.append("\r\n")
  }

  /// The line of a known field with a constant value.
  package mutating func append(
    _ name: FieldName, _ value: StaticString, _ output: inout OutputSpan<UInt8>
  ) {
    append(name, isChecked: true, &output) { $0.append(value) }
  }

  /// Copies the field at `index` of `source`, under the name that it has there.
  package mutating func copy(
    _ index: Int, of source: borrowing FieldBlock, _ output: inout OutputSpan<UInt8>
  ) {
    var entry = source.entries[index]
    let bytes = source.bytes.span
    let start = base &+ output.count
    if let line = FieldBlock.line(of: entry) {
      output.append(bytes.extracting(line))
    } else {
      output.append(bytes.extracting(entry.nameRange))
      output.append(": ")
      output.append(bytes.extracting(entry.valueRange))
      output.append("\r\n")
    }
    entry.move(to: start)
    entries.append(entry)
  }

  /// The most bytes that the copies of all fields of `source` take.
  package static func mostBytes(of source: borrowing FieldBlock) -> Int {
    source.bytes.count &+ 4 &* source.count
  }
}
