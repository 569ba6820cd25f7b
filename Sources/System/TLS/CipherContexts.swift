// Keyed contexts of an AEAD, few for many connections.

import COpenSSL
import Primitives

/// The contexts that a loop's connections of one suite take turns with.
///
/// A context with its key schedule is 1.2 KB, and keying it costs about as much as a short record.
/// So a busy connection finds its key where it was, and an idle one costs nothing: the context that
/// was not used for longest is keyed anew.
// Confined to its loop: made and used by its sessions there only.
@safe final class CipherContexts: @unchecked Sendable {
  let suite: RecordSuite
  // Safe: owned by this object, freed in `deinit`.
  private let cipher: OpaquePointer
  private var slots: [Slot] = []
  /// Slots whose key was forgotten.
  private var vacant: [Int] = []
  private var hand = 0
  private var lastMark: UInt64 = 0

  /// Where a key was put; the mark says whether it is still there.
  struct Place {
    var slot = 0
    /// 0: nowhere yet.
    var mark: UInt64 = 0
  }

  /// A context and whose key it has.
  // Safe: freed by the table that owns it.
  @safe private struct Slot {
    let context: OpaquePointer
    var mark: UInt64 = 0
    var wasUsed = false
  }

  init(_ suite: RecordSuite) throws(TLSError) {
    guard let cipher = unsafe EVP_CIPHER_fetch(nil, suite.cipherName, nil) else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "no cipher")
    }
    self.suite = suite
    unsafe self.cipher = cipher
  }

  deinit {
    for slot in slots { unsafe EVP_CIPHER_CTX_free(slot.context) }
    unsafe EVP_CIPHER_free(cipher)
  }

  /// A context that has the key; nil if the library fails. Good until the next call.
  @unsafe @inline(__always) func context(
    at place: inout Place, key: Span<UInt8>, isSealing: Bool
  ) -> OpaquePointer? {
    if place.mark != 0, slots[place.slot].mark == place.mark {
      slots[place.slot].wasUsed = true
      return unsafe slots[place.slot].context
    }
    return unsafe keyed(&place, key: key, isSealing: isSealing)
  }

  /// Overwrites a key that is used no more.
  func forget(_ place: Place) {
    guard place.mark != 0, slots[place.slot].mark == place.mark else { return }
    let zeros = InlineArray<32, UInt8>(repeating: 0)
    slots[place.slot].mark = 0
    slots[place.slot].wasUsed = false
    _ = unsafe set(key: zeros.span, of: slots[place.slot].context, isSealing: true)
    vacant.append(place.slot)
  }

  @unsafe private func keyed(
    _ place: inout Place, key: Span<UInt8>, isSealing: Bool
  ) -> OpaquePointer? {
    guard let slot = free() else { return nil }
    guard unsafe set(key: key, of: slots[slot].context, isSealing: isSealing) else { return nil }
    lastMark += 1
    place = Place(slot: slot, mark: lastMark)
    slots[slot].mark = lastMark
    slots[slot].wasUsed = true
    return unsafe slots[slot].context
  }

  @unsafe private func set(key: Span<UInt8>, of context: OpaquePointer, isSealing: Bool) -> Bool {
    // Safe: the library copies the `suite.keyBytes` bytes, and a key has 32.
    unsafe key.withUnsafeBufferPointer {
      unsafe EVP_CipherInit_ex(context, nil, nil, $0.baseAddress, nil, isSealing ? 1 : 0) == 1
    }
  }

  /// The slot to use next: a vacant or new one, or else the first that was not used since the hand
  /// passed it.
  private func free() -> Int? {
    if let slot = vacant.popLast() { return slot }
    guard slots.count == Limits.cipherContexts else { return make() }
    while slots[hand].wasUsed {
      slots[hand].wasUsed = false
      hand = (hand + 1) % Limits.cipherContexts
    }
    defer { hand = (hand + 1) % Limits.cipherContexts }
    return hand
  }

  private func make() -> Int? {
    guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
    guard unsafe EVP_CipherInit_ex(context, cipher, nil, nil, nil, 1) == 1 else {
      unsafe EVP_CIPHER_CTX_free(context)
      return nil
    }
    unsafe slots.append(Slot(context: context))
    return slots.count - 1
  }
}
