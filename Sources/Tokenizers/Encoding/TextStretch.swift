/// A stretch of text to encode and where its scalars lie in the whole.
struct TextStretch {
  let bytes: UnsafeBufferPointer<UInt8>
  /// The place of the first scalar in the text.
  var base = 0
  /// Where each scalar of `bytes` lies, counted from `base`; nil where they are the text's own.
  var sources: [Int]?
  /// The first scalar was put in front of the stretch, and lies where the second does; `sources` leaves it out.
  var isPrefixed = false

  /// The place in the text of a scalar of `bytes`.
  @inline(__always) func place(of scalar: Int) -> Int {
    let scalar = isPrefixed && scalar > 0 ? scalar - 1 : scalar
    guard let sources else { return base + scalar }
    return base + (scalar < sources.count ? sources[scalar] : sources.last ?? 0)
  }
}
