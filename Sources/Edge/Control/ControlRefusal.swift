// Why the API does not do what was asked.

package import ConfigurationTree
package import HTTP
package import Storage
package import Zones

/// A request that is refused: the status, every fault, and fields of the response.
package struct ControlRefusal: Error, Sendable {
  package var status: UInt16
  package var faults: [ControlFault]
  package var fields: [ControlField] = []

  package init(_ status: UInt16, _ faults: [ControlFault]) {
    self.status = status
    self.faults = faults
  }

  package init(_ status: UInt16, _ code: ControlFault.Code, _ message: String, path: String = "") {
    self.init(status, [ControlFault(code, message, path: path)])
  }

  /// This refusal with one more field of the response.
  package func with(_ name: FieldName, _ value: String) -> ControlRefusal {
    var copy = self
    copy.fields.append(ControlField(name: name, value: value))
    return copy
  }
}

extension ControlRefusal {
  /// Nothing can be taken on now.
  static func busy(_ what: String) -> ControlRefusal {
    ControlRefusal(503, .busy, "\(what). Try again in a second.").with(.retryAfter, "1")
  }

  /// The configuration is wrong, for all these reasons.
  package init(_ faults: [ConfigurationFault]) {
    self.init(422, faults.map { ControlFault($0) })
  }

  package init(_ error: JSONError) {
    self.init(
      400,
      [
        ControlFault(
          .invalidJSON, "\(error.problem). Send one JSON value (RFC 8259).",
          position: error.position)
      ])
  }

  package init(_ error: StorageError) {
    if case .diskFull = error {
      self.init(507, .storage, error.description)
    } else {
      self.init(500, .storage, error.description)
    }
  }

  package init(_ error: ZoneStoreError) {
    switch error {
    case .storage(let error): self.init(error)
    case .invalid(let faults): self.init(faults)
    default: self.init(500, .storage, error.description)
    }
  }
}
