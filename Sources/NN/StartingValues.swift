import Kernels
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

  /// Draws numbers in chunks of 4,096 with a stream each, which threads share.
  private func drawn<Number>(_ path: String, _ key: RandomKey, _ draw: (inout RandomNumbers) -> Number) -> [Number] {
    let (count, chunk, firstSample) = (shape.count, 4_096, hash64(path))
    return [Number](unsafeUninitializedCapacity: count) { values, filled in
      if let base = values.baseAddress {
        Parallel.forEach((count + chunk - 1) / chunk) { number in
          var stream = key.numbers(sample: firstSample &+ UInt64(number))
          for place in number * chunk..<min(count, (number + 1) * chunk) {
            (base + place).initialize(to: draw(&stream))
          }
        }
      }
      filled = count
    }
  }
}
