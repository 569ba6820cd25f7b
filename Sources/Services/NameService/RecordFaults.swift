// All that is wrong with a zone's records.

/// Everything that is wrong with a zone's records.
package struct RecordFaults: Error, Equatable, Sendable {
  package let faults: [RecordFault]
}
