import Glibc
import Tensors

/// Attention that starts out looking at neighbors.
///
/// A masked token is told by its neighbors, but attention that starts at random averages over the whole row, and a network
/// spends most of a small budget as a bag of words before heads find the places beside them (positional heads: Voita et
/// al. 2019, section 5; the phase change: Chen et al. 2024). Here the heads of one layer start there and are trained like
/// all others; in the same spirit Trockman and Kolter 2023 start attention as it looks after training.
///
/// Positions start as angles: pair k of columns holds cos(ω_k · i) and sin(ω_k · i). Every head has a run of pairs of its
/// own. Its keys read their coordinates, its queries the same turned by ω_k · d, so that the score of places i and j is
/// g² Σ_k cos(ω_k · (i + d − j)): largest at j = i + d. With frequencies spread over (0, π) everything else is small.
extension PositionalHeads {
  /// Heads of a layer of `width` that give their neighbor's score `sharpness` nats over the rest, for inputs of unit
  /// variance of which positions make up `share`.
  public init(width: Int, headCount: Int, share: Double, sharpness: Double = 6, queryDeviation: Double) {
    let scale = share * Double(width / headCount).squareRoot()
    self.init(
      headCount: headCount, gain: (sharpness / scale).squareRoot(), queryDeviation: queryDeviation,
      valueDeviation: 1 / Double(width).squareRoot())
  }

  /// The distance that a head looks at: -1, 1, -2, 2 and so on.
  public static func offset(ofHead head: Int) -> Int { head % 2 == 0 ? -(head / 2 + 1) : head / 2 + 1 }

  /// ω of a pair of columns, in (0, π): multiples of the golden ratio spread the frequencies of any run of pairs evenly.
  static func frequency(_ pair: Int) -> Double {
    let turns = Double(pair + 1) * 0.618_033_988_749_894_8
    return Double.pi * (turns - turns.rounded(.down))
  }

  /// The table of positions, [positions, width].
  static func sinusoids(_ shape: Shape, _ deviation: Double) -> [Float] {
    let width = shape[1]
    return (0..<shape.count).map { index in
      let column = index % width
      let angle = Double(index / width) * frequency(column / 2)
      return Float(deviation * 2.0.squareRoot() * (column % 2 == 0 ? cos(angle) : sin(angle)))
    }
  }

  /// The projection's weights from standard normal numbers, [3 · width, width].
  func startingValues(width: Int, _ normals: [Double]) -> [Float] {
    var weights = normals.enumerated().map { index, normal in
      normal * (index < 2 * width * width ? queryDeviation : valueDeviation)
    }
    let size = width / headCount
    for head in 0..<headCount {
      for index in 0..<size / 2 {
        let pair = head * (size / 2) + index
        let angle = Self.frequency(pair) * Double(Self.offset(ofHead: head))
        let query = (head * size + 2 * index) * width + 2 * pair
        weights[query] += gain * cos(angle)
        weights[query + 1] -= gain * sin(angle)
        weights[query + width] += gain * sin(angle)
        weights[query + width + 1] += gain * cos(angle)
        let key = query + width * width
        weights[key] += gain
        weights[key + width + 1] += gain
      }
    }
    return weights.map { Float($0) }
  }
}
