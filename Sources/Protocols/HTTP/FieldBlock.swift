// The fields of one message: one run of bytes and a table of where each name and value lies.

import Primitives

/// An ordered block of fields (RFC 9110 section 5): a header section or a trailer section.
///
/// Names keep the case they came in; comparison ignores it. Values are without surrounding white
/// space. `removeAll` keeps the memory, so a reused block allocates nothing in steady state.
@usableFromInline package struct FieldBlock: Sendable {
  /// What is known of a field.
  @usableFromInline package struct Traits: OptionSet, Sendable {
    @usableFromInline package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No byte of the name or the value can split a message: a parser of HTTP/1.1 has seen to it, or
    /// whoever wrote the field.
    static let checked = Traits(rawValue: 1)
    /// It lies as the line that goes out in HTTP/1.1: name, colon, space, value, CRLF.
    static let line = Traits(rawValue: 2)
  }

  /// Where one field lies in `bytes`.
  @usableFromInline package struct Entry: Sendable {
    @usableFromInline package var name: FieldName
    @usableFromInline var traits: Traits
    @usableFromInline var nameLength: UInt16
    @usableFromInline var nameStart: UInt32
    @usableFromInline var valueStart: UInt32
    @usableFromInline var valueLength: UInt32

    @inlinable init(
      name: FieldName, nameStart: Int, nameLength: Int, valueStart: Int, valueLength: Int,
      traits: Traits
    ) {
      self.name = name
      self.traits = traits
      self.nameStart = UInt32(truncatingIfNeeded: nameStart)
      self.nameLength = UInt16(truncatingIfNeeded: nameLength)
      self.valueStart = UInt32(truncatingIfNeeded: valueStart)
      self.valueLength = UInt32(truncatingIfNeeded: valueLength)
    }

    /// Puts the field where it lies as a line that begins at `start`.
    mutating func move(to start: Int) {
      traits.insert(.line)
      nameStart = UInt32(truncatingIfNeeded: start)
      valueStart = nameStart &+ UInt32(nameLength) &+ 2
    }

    @inlinable package var nameRange: Range<Int> {
      Int(nameStart)..<Int(nameStart) + Int(nameLength)
    }
    @inlinable package var valueRange: Range<Int> {
      Int(valueStart)..<Int(valueStart) + Int(valueLength)
    }
  }

  /// The bytes that the entries' ranges index.
  @usableFromInline package private(set) var bytes: [UInt8] = []
  @usableFromInline package private(set) var entries: [Entry] = []
  /// A superset of the names of `entries`: most questions for a name are answered by it.
  private var names = FieldNameSet()

  package init() {}

  /// With memory for `fields` fields that take `bytes` bytes as lines of HTTP/1.1.
  package init(reserving fields: Int, bytes: Int) {
    entries.reserveCapacity(fields)
    self.bytes.reserveCapacity(bytes)
  }

  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }

  /// Drops everything, keeping the memory.
  package mutating func removeAll() {
    // Most blocks are made empty twice: when a message has ended and before the next one.
    if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
    if !entries.isEmpty { entries.removeAll(keepingCapacity: true) }
    names = FieldNameSet()
  }

  /// The most bytes that all fields take as lines of HTTP/1.1.
  package var mostLineBytes: Int { Self.mostLineBytes(entries.span, bytes.span) }

  /// The same of a block's parts.
  static func mostLineBytes(_ entries: Span<Entry>, _ bytes: Span<UInt8>) -> Int {
    bytes.count &+ 4 &* entries.count
  }

  /// Appends a field whose name is found in the table of known names.
  package mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
    append(known: FieldName.find(name), name: name, value: value)
  }

  /// Appends a field whose known name (or `other`) the caller has already found.
  package mutating func append(known: FieldName, name: Span<UInt8>, value: Span<UInt8>) {
    precondition(name.count <= Int(UInt16.max) && value.count <= Int(Int32.max))
    let start = bytes.count
    bytes.append(name)
    appendLine(known, start) { $0.append(value) }
  }

  /// Appends bytes that entries appended next point into, and returns where they start. So a
  /// whole header section is copied at once.
  mutating func appendSection(_ section: Span<UInt8>) -> Int {
    let start = bytes.count
    precondition(start + section.count <= Int(Int32.max))
    bytes.append(section)
    return start
  }

  /// Appends a field whose bytes are, or will be, in `bytes`.
  @inline(__always) mutating func append(entry: Entry) {
    names.insert(entry.name)
    entries.append(entry)
  }

  /// Appends a known field; `write` writes its value, at most `count` bytes. `isChecked`: they can't split a
  /// message.
  @inline(__always)
  package mutating func append(
    _ name: FieldName, atMost count: Int, isChecked: Bool = false,
    _ write: (inout OutputSpan<UInt8>) -> Void
  ) {
    append(atMost: name.canonical.utf8CodeUnitCount &+ count &+ 4) { lines, output in
      lines.begin(name, &output)
      write(&output)
      lines.end(isChecked: isChecked, &output)
    }
  }

  /// Appends a known field with a constant value.
  package mutating func append(_ name: FieldName, _ value: StaticString) {
    append(name, atMost: value.utf8CodeUnitCount, isChecked: true) { $0.append(value) }
  }

  /// Appends a known field under its canonical name.
  package mutating func append(_ name: FieldName, _ value: Span<UInt8>) {
    append(atMost: name.canonical.utf8CodeUnitCount &+ value.count &+ 4) { lines, output in
      lines.begin(name, &output)
      output.append(value)
      lines.end(isChecked: false, &output)
    }
  }

  /// Off the hot path: a known field whose value `write` makes, however long it is.
  package mutating func append(_ name: FieldName, writing write: (inout [UInt8]) -> Void) {
    var value: [UInt8] = []
    write(&value)
    append(name, value.span)
  }

  /// Appends fields that take at most `count` bytes as lines; `write` writes them.
  package mutating func append(
    atMost count: Int, _ write: (inout FieldLines, inout OutputSpan<UInt8>) -> Void
  ) {
    // No bytes are no fields; and an empty array, which is one that all threads share, is not written to.
    guard count > 0 else { return }
    precondition(bytes.count &+ count <= Int(Int32.max))
    var own: [Entry] = []
    swap(&own, &entries)
    var lines = FieldLines(own, names, at: bytes.count)
    bytes.append(addingCapacity: count) { output in write(&lines, &output) }
    entries = lines.entries
    names = lines.names
  }

  /// Where the field lies as the line that goes out in HTTP/1.1; nil if it does not.
  @inline(__always) static func line(of entry: Entry) -> Range<Int>? {
    guard entry.traits.contains(.line) else { return nil }
    return entry.nameRange.lowerBound..<entry.valueRange.upperBound &+ 2
  }

  /// All fields as lines of HTTP/1.1 (RFC 9112 section 5): the block's own bytes if they are that.
  package var lines: [UInt8] {
    var end = 0
    for entry in entries {
      guard let line = Self.line(of: entry), line.lowerBound == end else { break }
      end = line.upperBound
    }
    if end == bytes.count { return bytes }
    var lines: [UInt8] = []
    lines.append(addingCapacity: mostLineBytes) { output in
      for entry in entries { Self.appendLine(of: entry, bytes.span, to: &output) }
    }
    return lines
  }

  /// Appends the line of a field of a block whose bytes are `bytes`.
  @inline(__always) static func appendLine(
    of entry: Entry, _ bytes: Span<UInt8>, to output: inout OutputSpan<UInt8>
  ) {
    if let line = line(of: entry) { return output.append(bytes.extracting(line)) }
    output.append(bytes.extracting(entry.nameRange))
    output.append(": ")
    output.append(bytes.extracting(entry.valueRange))
    output.append("\r\n")
  }

  /// Appends the rest of a field whose name has been written from `start` on, so that it lies there as
  /// its line in HTTP/1.1.
  @inline(__always)
  private mutating func appendLine(
    _ name: FieldName, _ start: Int, _ value: (inout [UInt8]) -> Void
  ) {
    let end = bytes.count
    bytes.append(0x3a)
    bytes.append(0x20)
    value(&bytes)
    append(
      entry: Entry(
        name: name, nameStart: start, nameLength: end - start, valueStart: end + 2,
        valueLength: bytes.count - end - 2, traits: .line))
    bytes.append(0x0d)
    bytes.append(0x0a)
  }

  /// Appends the field at `index` of another block.
  package mutating func append(_ index: Int, of other: FieldBlock) {
    other.withName(at: index) { name in
      other.withValue(at: index) { value in
        append(known: other.entries[index].name, name: name, value: value)
      }
    }
  }

  /// Off the hot path: names and values as text.
  package mutating func append(_ name: String, _ value: String) {
    append(name: Array(name.utf8).span, value: Array(value.utf8).span)
  }

  /// Drops the entries for which `condition` holds (their bytes stay until `removeAll`).
  package mutating func removeAll(where condition: (Entry) -> Bool) {
    entries.removeAll(where: condition)
  }

  /// Drops all fields of that name.
  package mutating func remove(_ name: FieldName) {
    if contains(name) { entries.removeAll { $0.name == name } }
  }

  /// Whether there is a field of that name.
  package func contains(_ name: FieldName) -> Bool {
    firstIndex(of: name) != nil
  }

  /// How many fields have that name.
  package func count(of name: FieldName) -> Int {
    guard name == .other || names.contains(name) else { return 0 }
    var count = 0
    for index in entries.indices where entries[index].name == name { count += 1 }
    return count
  }

  /// The index of the first field of that name.
  @usableFromInline package func firstIndex(of name: FieldName) -> Int? {
    guard name == .other || names.contains(name) else { return nil }
    for index in entries.indices where entries[index].name == name { return index }
    return nil
  }

  /// Lends the name, as it was sent, of the field at `index`.
  @inlinable package func withName<R, E: Error>(
    at index: Int, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try body(bytes.span.extracting(entries[index].nameRange))
  }

  /// Lends the value of the field at `index`.
  @inlinable package func withValue<R, E: Error>(
    at index: Int, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try body(bytes.span.extracting(entries[index].valueRange))
  }

  /// The value of the first field of that name; nil if there is none.
  @inlinable package func withFirst<R, E: Error>(
    _ name: FieldName, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R? {
    guard let index = firstIndex(of: name) else { return nil }
    return try body(bytes.span.extracting(entries[index].valueRange))
  }

  /// Off the hot path: the first value as text.
  package func text(_ name: FieldName) -> String? {
    withFirst(name) { span in
      var copy: [UInt8] = []
      copy.append(span)
      return String(decoding: copy, as: UTF8.self)
    }
  }
}
