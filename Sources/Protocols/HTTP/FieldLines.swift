// Several fields at once into a block.

import Primitives

/// The lines of fields that are being written into memory that a block has taken for all of them.
package struct FieldLines {
  private(set) var entries: [FieldBlock.Entry]
  /// A superset of the names of `entries`.
  private(set) var names: FieldNameSet
  /// Where the memory lies in the block.
  private let base: Int
  /// Of the line that has begun.
  private var name = FieldName.other
  private var lineStart = 0
  private var valueStart = 0

  init(_ entries: consuming [FieldBlock.Entry], _ names: FieldNameSet, at base: Int) {
    self.entries = entries
    self.names = names
    self.base = base
  }

  /// Whether there is a field of that name so far, in the block as well.
  package func contains(_ name: FieldName) -> Bool {
    guard names.contains(name) else { return false }
    for entry in entries where entry.name == name { return true }
    return false
  }

  /// Begins the line of a known field, whose value is appended before `end`.
  package mutating func begin(_ name: FieldName, _ output: inout OutputSpan<UInt8>) {
    precondition(name != .other)
    self.name = name
    lineStart = output.count
    output.append(name.canonical)
    // Two bytes are appended one by one: moving memory takes a call.
    output.append(0x3a)
    output.append(0x20)
    valueStart = output.count
  }

  /// Ends the line that was begun. `isChecked`: its value can't split a message.
  package mutating func end(isChecked: Bool, _ output: inout OutputSpan<UInt8>) {
    names.insert(name)
    entries.append(
      FieldBlock.Entry(
        name: name, nameStart: base &+ lineStart, nameLength: valueStart &- lineStart &- 2,
        valueStart: base &+ valueStart, valueLength: output.count &- valueStart,
        traits: isChecked ? [.checked, .line] : .line))
    output.append(0x0d)
    output.append(0x0a)
  }

  /// The line of a known field with a constant value.
  package mutating func append(
    _ name: FieldName, _ value: StaticString, _ output: inout OutputSpan<UInt8>
  ) {
    begin(name, &output)
    output.append(value)
    end(isChecked: true, &output)
  }

  /// Copies the field at `index` of `source`, under the name that it has there.
  package mutating func copy(
    _ index: Int, of source: borrowing FieldBlock, _ output: inout OutputSpan<UInt8>
  ) {
    var entry = source.entries[index]
    let start = base &+ output.count
    FieldBlock.appendLine(of: entry, source.bytes.span, to: &output)
    entry.move(to: start)
    names.insert(entry.name)
    entries.append(entry)
  }
}
