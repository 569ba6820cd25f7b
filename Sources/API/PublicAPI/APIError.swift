// Why the API does not do what was asked.

import Control
import ConfigurationTree
import Storage
import Zones

/// A refusal: the status, the faults, and fields of the response.
struct APIError: Error, Sendable {
  var status: UInt16
  var faults: [APIFault]
  /// Faults that explain the first.
  var chain: [APIFault] = []
  var fields: [(name: String, value: String)] = []

  /// It can't be done by who only reads.
  private(set) var needsTurn = false

  init(_ status: UInt16, _ code: Int, _ message: String, at pointer: String? = nil) {
    self.status = status
    faults = [APIFault(code, message, at: pointer)]
  }

  /// Members of the content are wrong.
  init(invalid chain: [APIFault], code: Int = 1_004, _ what: String = "DNS Validation Error") {
    status = 400
    let first = chain.first.map { ": \($0.message)" } ?? ""
    faults = [APIFault(code, what + first, at: chain.first?.pointer)]
    self.chain = chain
  }

  static func noRoute(_ path: String) -> APIError {
    APIError(
      404, 7_003, "Could not route to \(path), perhaps your object identifier is invalid?")
  }

  static let unauthorized = APIError(
    403, 9_109, "Unauthorized to access requested resource: the token does not allow it")

  /// Something has to be written first, which has its turn.
  static let waitForTurn = {
    var error = APIError.busy("It has to be written first")
    error.needsTurn = true
    return error
  }()

  static let noZone = APIError(404, 1_001, "Invalid zone identifier: there is no such zone")

  static let noRecord = APIError(404, 81_044, "Record does not exist")

  static func busy(_ what: String) -> APIError {
    var error = APIError(503, 10_013, "\(what). Try again in a second.")
    error.fields = [("Retry-After", "1")]
    return error
  }

  init(_ error: StorageError) {
    let status: UInt16 = if case .diskFull = error { 507 } else { 500 }
    self.init(status, 10_001, "The store refused: \(error.description)")
  }

  init(_ error: ZoneStoreError) {
    switch error {
    case .storage(let error): self.init(error)
    case .invalid(let found):
      self.init(
        invalid: found.map { fault in
          // Of others' zones nothing is told.
          let isForeign = fault.problem.contains("which belongs to the zone")
          return APIFault(
            9_000,
            isForeign
              ? "\(fault.path) is a name that is served for another zone already"
              : "\(fault.path) \(fault.problem). \(fault.remedy)")
        })
    default: self.init(500, 10_001, error.description)
    }
  }

  init(_ refusal: ControlRefusal) {
    self.init(refusal.status, 10_001, "")
    faults = refusal.faults.map { fault in
      let code =
        switch fault.code {
        case .invalidJSON: 6_007
        case .tooLarge: 10_014
        case .busy: 10_013
        default: 10_001
        }
      return APIFault(
        code, fault.path.isEmpty ? fault.message : "\(fault.path) \(fault.message)",
        at: APIText.pointer(fault.path))
    }
    if refusal.status == 503 { fields = [("Retry-After", "1")] }
  }
}
