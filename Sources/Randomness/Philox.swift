/// Philox4x32-10: four random words as a pure function of a key and a counter.
///
/// Counter-based, so a value needs no state: whoever knows the position can compute it.
/// - Sources: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
public enum Philox {
  /// Ten rounds of Philox over `counter` under `key`.
  @inlinable
  public static func words(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for round in 0..<10 {
      if round > 0 { k = k &+ SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let low = UInt64(c.x) &* 0xD251_1F53
      let high = UInt64(c.z) &* 0xCD9E_8D57
      c = SIMD4(
        UInt32(truncatingIfNeeded: high >> 32) ^ c.y ^ k.x, UInt32(truncatingIfNeeded: high),
        UInt32(truncatingIfNeeded: low >> 32) ^ c.w ^ k.y, UInt32(truncatingIfNeeded: low))
    }
    return c
  }
}
