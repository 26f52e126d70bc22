/// What random numbers are for. Each purpose has numbers of its own, so adding a draw to one never moves another.
public enum Purpose: String, Sendable, CaseIterable {
  case initialization
  case order
  case split
  case structure
  case partner
  case masking
  case evaluation
  case dropout
  case sampling
  case world
}

/// The key of one stream of random numbers: hash64(seed, purpose).
public struct RandomKey: Hashable, Sendable {
  /// The two key words of Philox.
  public let words: SIMD2<UInt32>

  /// A key for one purpose of a run seeded with `seed`.
  public init(seed: UInt64, purpose: Purpose) {
    let hash = hash64(purpose.rawValue, seed: seed)
    words = SIMD2(UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32))
  }

  /// The random numbers at one position, from its first block on.
  @inlinable
  public func numbers(sample: UInt64, epoch: Int = 0, site: Int = 0) -> RandomNumbers {
    RandomNumbers(key: self, position: RandomPosition(sample: sample, epoch: epoch, site: site))
  }
}

/// Where in a run a draw is made: sample (64 bits), epoch (16 bits) and site (16 bits).
///
/// The site tells draws of one sample apart: the index of a module's path, never the order of calls.
public struct RandomPosition: Hashable, Sendable {
  /// The three upper counter words; the fourth, the block, counts inside the sample.
  public let sample: UInt64
  /// Epoch in the high half, site in the low half.
  public let epochAndSite: UInt32

  /// A position; epoch and site are taken modulo 2¹⁶.
  @inlinable
  public init(sample: UInt64, epoch: Int = 0, site: Int = 0) {
    self.sample = sample
    epochAndSite = UInt32(UInt16(truncatingIfNeeded: epoch)) << 16 | UInt32(UInt16(truncatingIfNeeded: site))
  }

  /// The Philox counter of one block.
  @inlinable
  public func counter(block: UInt32) -> SIMD4<UInt32> {
    SIMD4(
      block, epochAndSite, UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: sample >> 32))
  }
}

/// FNV-1a over the bytes of `text`, started from `seed` and finished by SplitMix64's mixer.
public func hash64(_ text: String, seed: UInt64 = 0) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ mixed(seed)
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return mixed(hash)
}

/// SplitMix64's finalizer: a bijection of 64-bit words whose every output bit depends on every input bit.
/// - Sources: Steele, Lea and Flood 2014.
@inlinable
public func mixed(_ word: UInt64) -> UInt64 {
  var z = word &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
