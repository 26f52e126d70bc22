/// Philox4x32-10: four random words as a pure function of a key and a counter.
///
/// Counter-based, so a value needs no state: whoever knows the position can compute it.
/// - Sources: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
public enum Philox {
  /// Ten rounds of Philox over `counter` under `key`.
  @inlinable
  public static func words(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (a, b, c, d) = (counter.x, counter.y, counter.z, counter.w)
    var (k0, k1) = (key.x, key.y)
    for _ in 0..<10 {
      let fromA = UInt64(a) &* 0xD251_1F53
      let fromC = UInt64(c) &* 0xCD9E_8D57
      a = UInt32(truncatingIfNeeded: fromC >> 32) ^ b ^ k0
      b = UInt32(truncatingIfNeeded: fromC)
      c = UInt32(truncatingIfNeeded: fromA >> 32) ^ d ^ k1
      d = UInt32(truncatingIfNeeded: fromA)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return SIMD4(a, b, c, d)
  }
}
