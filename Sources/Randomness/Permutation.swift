/// A pseudo-random order of 0 ..< count, computed place by place and never stored.
///
/// A Feistel network of eight rounds over the smallest even number of bits that holds `count`, walked along its cycle
/// until it lands inside (Black and Rogaway 2002).
public struct Permutation: Sendable {
  /// How many places are permuted.
  public let count: Int
  let halfBits: UInt64
  let mask: UInt64
  let keys: [UInt64]

  /// The order drawn at one position of a stream.
  public init(count: Int, numbers: RandomNumbers) {
    precondition(count >= 0)
    self.count = count
    let bits = max(2, Int.bitWidth - max(0, count - 1).leadingZeroBitCount)
    halfBits = UInt64((bits + 1) / 2)
    mask = (1 << halfBits) - 1
    var numbers = numbers
    keys = (0..<8).map { _ in numbers.next() }
  }

  /// The element at `place`: a bijection of 0 ..< count.
  public subscript(place: Int) -> Int {
    precondition(place >= 0 && place < count)
    var word = UInt64(place)
    repeat { word = feistel(word) } while word >= UInt64(count)
    return Int(word)
  }

  private func feistel(_ word: UInt64) -> UInt64 {
    var left = word >> halfBits
    var right = word & mask
    for key in keys { (left, right) = (right, left ^ (mixed(right ^ key) & mask)) }
    return left << halfBits | right
  }
}
