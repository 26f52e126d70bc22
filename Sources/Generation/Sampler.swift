import Glibc
import Randomness

/// How the next token is chosen from its logits.
public struct Sampler: Sendable, Equatable {
  /// 0 takes the most probable token; otherwise logits are divided by it.
  public var temperature: Double
  /// Keeps the most probable tokens; 0 keeps all.
  public var topK: Int
  /// Keeps the fewest most probable tokens whose probabilities add up to at least this (Holtzman et al. 2020); 1 keeps all.
  public var topP: Double
  /// Divides positive and multiplies negative logits of tokens seen before (Keskar et al. 2019); 1 for none.
  public var repetitionPenalty: Double

  /// The most probable token, always.
  public init(temperature: Double = 0, topK: Int = 0, topP: Double = 1, repetitionPenalty: Double = 1) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.repetitionPenalty = repetitionPenalty
  }

  /// Chooses a token; equal logits go to the lower id.
  public func choose(_ logits: [Float], after seen: Set<Int32>, numbers: inout RandomNumbers) -> Int32 {
    if temperature == 0, repetitionPenalty == 1 { return Sampler.largest(logits) }
    var penalized = logits.map(Double.init)
    if repetitionPenalty != 1 {
      for id in seen.map(Int.init) where penalized.indices.contains(id) {
        penalized[id] = penalized[id] > 0 ? penalized[id] / repetitionPenalty : penalized[id] * repetitionPenalty
      }
    }
    guard temperature > 0 else { return Sampler.largest(penalized) }
    // Without a limit the order does not matter, and sorting a vocabulary would take longer than a small model.
    let isWhole = topK == 0 && topP >= 1
    let kept = isWhole ? weights(penalized) : distribution(penalized)
    var rest = numbers.uniform() * kept.reduce(0) { $0 + $1.weight }
    for (id, weight) in kept {
      rest -= weight
      if rest < 0 { return id }
    }
    return kept.last?.id ?? 0
  }

  /// The kept tokens from the most probable down, with weights that need not add up to 1.
  public func distribution(_ logits: [Double]) -> [(id: Int32, weight: Double)] {
    var kept = weights(logits)
    kept.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.id < $1.id }
    if topK > 0 { kept = Array(kept.prefix(topK)) }
    guard topP < 1 else { return kept }
    let total = kept.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    let count = kept.firstIndex { token in
      sum += token.weight
      return sum >= topP * total
    }
    return Array(kept.prefix((count ?? kept.count - 1) + 1))
  }

  private func weights(_ logits: [Double]) -> [(id: Int32, weight: Double)] {
    let top = logits.max() ?? 0
    return logits.enumerated().map { (id: Int32($0), weight: exp(($1 - top) / temperature)) }
  }

  private static func largest<Real: Comparable>(_ logits: [Real]) -> Int32 {
    var best = 0
    for (id, logit) in logits.enumerated() where logit > logits[best] { best = id }
    return Int32(best)
  }
}
