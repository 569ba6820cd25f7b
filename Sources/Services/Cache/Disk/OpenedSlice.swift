// A slice that was asked for.

import Exchange

/// Where the bytes of a slice are.
enum OpenedSlice {
  case stored(StoredBody)
  /// On its way.
  case flowing(any BodySource)
}
