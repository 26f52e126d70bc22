/// The random numbers at one position, drawn one after the other.
///
/// A value: copying it copies the place in the stream. Nothing here is ever saved; the position is enough.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
  @usableFromInline let key: RandomKey
  @usableFromInline let position: RandomPosition
  @usableFromInline var block: UInt32 = 0
  @usableFromInline var words = SIMD4<UInt32>()
  @usableFromInline var used = 4

  @inlinable
  init(key: RandomKey, position: RandomPosition) {
    self.key = key
    self.position = position
  }

  /// The next 32 random bits.
  @inlinable
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      words = Philox.words(position.counter(block: block), key: key.words)
      block &+= 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// The next 64 random bits, low word first.
  @inlinable
  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(low) | UInt64(nextWord()) << 32
  }

  /// A number in [0, 1), a multiple of 2⁻²⁴.
  @inlinable
  public mutating func uniformFloat() -> Float {
    Float(nextWord() >> 8) * 0x1p-24
  }

  /// A number in [0, 1), a multiple of 2⁻⁵³.
  @inlinable
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// An integer in 0 ..< `count`, all equally likely (Lemire 2019, with rejection).
  ///
  /// Defined here, not by the standard library, whose algorithm may change between releases.
  @inlinable
  public mutating func below(_ count: Int) -> Int {
    precondition(count > 0)
    let bound = UInt64(count)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }
}
