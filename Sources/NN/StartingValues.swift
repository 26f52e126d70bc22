import Randomness
import Tensors

extension Parameter {
  /// Starting values; those drawn depend on the key and the path only.
  func startingValues(path: String, key: RandomKey) -> [Float] {
    switch initializer {
    case .zeros: return [Float](repeating: 0, count: shape.count)
    case .ones: return [Float](repeating: 1, count: shape.count)
    case .normal(let deviation): return drawn(path, key) { Float($0.normal() * deviation) }
    case .truncatedNormal(let deviation): return drawn(path, key) { Float($0.truncatedNormal() * deviation) }
    case .uniform(let limit): return drawn(path, key) { Float(($0.uniform() * 2 - 1) * limit) }
    case .sinusoids(let deviation): return PositionalHeads.sinusoids(shape, deviation)
    case .positionalHeads(let heads): return heads.startingValues(width: shape[1], drawn(path, key) { $0.normal() })
    }
  }

  /// Draws every number in turn, in chunks of 4,096 with a stream each so that threads could share the work.
  private func drawn<Number>(_ path: String, _ key: RandomKey, _ draw: (inout RandomNumbers) -> Number) -> [Number] {
    var values: [Number] = []
    values.reserveCapacity(shape.count)
    var sample = hash64(path)
    while values.count < shape.count {
      var stream = key.numbers(sample: sample)
      for _ in 0..<min(4_096, shape.count - values.count) { values.append(draw(&stream)) }
      sample &+= 1
    }
    return values
  }
}
