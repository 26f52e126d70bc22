import Glibc
import Tensors

/// How attention tells near keys from far ones.
public enum AttentionPositions {
  /// Not by itself: positions are added to its input.
  case ofInput
  /// Queries and keys are turned by their positions (Su et al. 2021).
  case rotary(RotaryTable)
  /// A head's scores lose its slope for each place between query and key: ALiBi (Press, Smith and Lewis 2022).
  case linearBiases(slopes: [Float])

  /// The slopes of a new ALiBi model: for n heads the geometric series that starts at its own ratio 2^(−8/n); where n is no
  /// power of two, that of the power of two below it, and of the one above it every second (section 3 and its note).
  public static func linearBiases(headCount n: Int) -> AttentionPositions {
    let lower = 1 << (Int.bitWidth - 1 - max(1, n).leadingZeroBitCount)
    func slope(_ index: Int, of count: Int) -> Float { Float(pow(2, -8 * Double(index) / Double(count))) }
    let first = (1...lower).map { slope($0, of: lower) }
    return .linearBiases(slopes: first + (0..<n - lower).map { slope(2 * $0 + 1, of: 2 * lower) })
  }
}
