// Signatures for the answers of one zone on one loop.

import DNS
import Primitives
import TLS

/// Makes signatures when they are first needed, and keeps them (RFC 4035 section 2.2 while queries
/// are answered). Confined to its loop.
final class ZoneSigner {
  let signing: ZoneSigning
  /// One for each of the signers.
  private let contexts: [SigningContext]
  private let hasher: KeyedHash
  private let budget: SigningBudget
  /// Signatures of what the zone has; as many as it has sets, at most.
  private let lasting: SignatureCache
  /// Those of what was made for a question: of names that do not exist, and of a wildcard's.
  private let passing: SignatureCache
  /// The wall clock, modulo 2^32.
  var seconds: UInt32 = 0
  private(set) var madeCount: UInt64 = 0

  /// The RRSIG records that were asked for last, as a run of contents: one of each key that signs.
  private(set) var record: [UInt8] = []
  /// The NSEC that was asked for last, likewise.
  private(set) var denial: [UInt8] = []
  private var signed: [UInt8] = []
  private var types: [RecordType] = []

  /// With the signatures that `earlier`, a signer of the same zone, has made. Nil if the library fails.
  init?(
    _ signing: ZoneSigning, hasher: KeyedHash, budget: SigningBudget, memory: SignatureMemory,
    after earlier: ZoneSigner? = nil
  ) {
    var contexts: [SigningContext] = []
    for signer in signing.signers {
      guard let context = SigningContext(signer.key) else { return nil }
      contexts.append(context)
    }
    self.contexts = contexts
    self.signing = signing
    self.hasher = hasher
    self.budget = budget
    lasting =
      earlier?.lasting
      ?? SignatureCache(limit: NameServiceLimits.lastingSignatures, memory: memory)
    passing =
      earlier?.passing
      ?? SignatureCache(limit: NameServiceLimits.passingSignatures, memory: memory)
  }

  /// The zone has other records now: signatures of those before give way first.
  func zoneChanged(at seconds: UInt32) {
    lasting.zoneChanged(at: seconds)
    passing.zoneChanged(at: seconds)
  }

  /// Whether it signs as `other` says.
  func isFor(_ other: ZoneSigning?) -> Bool {
    signing === other || other?.apex == signing.apex && other?.plan == signing.plan
  }

  /// What a set's signature is made of beside owner and contents.
  struct Subject {
    let type: RecordType
    let ttl: UInt32
    /// Made for the question, not of the zone.
    var isPassing = false
  }

  /// What became of a signature.
  enum Outcome {
    case done
    /// It has to be made, and the budget is used up.
    case later
    /// The library failed.
    case failed
  }

  /// Puts the RRSIG records of a set into `record`: `owner` in canonical form, `contents` a run.
  func sign(_ owner: Span<UInt8>, _ subject: Subject, _ contents: Span<UInt8>) -> Outcome {
    let hash = self.hash(owner, subject, contents)
    let isOfKeys = ZoneSigning.isOfKeys(subject.type)
    record.removeAll(keepingCapacity: true)
    for index in contexts.indices {
      guard isOfKeys ? signing.signers[index].signsKeys : signing.signers[index].signsZone
      else { continue }
      let outcome = sign(owner, subject, contents, hash, index)
      guard outcome == .done else { return outcome }
    }
    return record.isEmpty ? .failed : .done
  }

  /// Appends the RRSIG of one key to `record`.
  private func sign(
    _ owner: Span<UInt8>, _ subject: Subject, _ contents: Span<UInt8>, _ ofSet: UInt64,
    _ index: Int
  ) -> Outcome {
    let (algorithm, tag, mark) = signing.signers[index].identity
    // Zero is a place without an entry.
    let hash = (ofSet ^ mark) | 1
    let window = SignatureWindow(at: seconds, hash: hash)
    let fields = SignatureFields(
      covering: subject.type, labels: owner.signedLabels, algorithm: algorithm,
      originalTTL: subject.ttl, expiration: window.expiration, inception: window.inception,
      keyTag: tag, signer: signing.apex)
    let cache = subject.isPassing ? passing : lasting
    append(fields)
    if let place = cache.find(hash, period: window.period) {
      cache.append(at: place, to: &record)
      return .done
    }
    guard budget.take() else { return .later }
    signed.removeAll(keepingCapacity: true)
    fields.appendSigned(owner: owner, contents: contents, to: &signed)
    guard makeSignature(contexts[index]) else { return .failed }
    madeCount += 1
    cache.insert(hash, period: window.period, from: record)
    return .done
  }

  private func makeSignature(_ context: SigningContext) -> Bool {
    signed.withSpan { context.sign($0, appendingTo: &record) }
  }

  /// Appends everything of an RRSIG but the signature.
  private func append(_ fields: SignatureFields) {
    let length = 18 + signing.apex.bytes.count + SigningContext.signatureBytes
    record.appendUInt16(UInt16(truncatingIfNeeded: length))
    fields.append(to: &record)
  }

  private func hash(
    _ owner: Span<UInt8>, _ subject: Subject, _ contents: Span<UInt8>
  ) -> UInt64 {
    let kind = UInt64(subject.type.rawValue) << 32 | UInt64(subject.ttl)
    let ofOwner = hasher.hash(owner)
    return hasher.mixed(ofOwner, kind).hash(contents)
  }

  // MARK: - Denial

  /// Begins the list of types that a name has.
  func beginTypes() { types.removeAll(keepingCapacity: true) }

  func add(_ type: RecordType) { types.append(type) }

  /// Puts into `denial` the NSEC that says that `name` has the listed types alone (RFC 9824 section 3).
  func finishDenial(of name: Span<UInt8>, apex: Span<UInt8>) {
    types.sort { $0.rawValue < $1.rawValue }
    denial.removeAll(keepingCapacity: true)
    denial.append(0)
    denial.append(0)
    NSEC.append(name: name, apex: apex, types: types, to: &denial)
    denial[0] = UInt8(truncatingIfNeeded: (denial.count - 2) >> 8)
    denial[1] = UInt8(truncatingIfNeeded: denial.count - 2)
  }
}

extension Span where Element == UInt8 {
  /// Labels of an owner as its signature counts them (RFC 4034 section 3.1.3).
  fileprivate var signedLabels: UInt8 {
    UInt8(truncatingIfNeeded: labelCount - (isWildcard ? 1 : 0))
  }
}
