import Glibc
import NN
import Tensors

/// What could stand at each `[MASK]` of a text.
public struct MaskFiller {
  /// One token that could stand there.
  public struct Candidate: Sendable, Equatable {
    /// The token.
    public let id: Int32
    /// Its probability.
    public let probability: Double
  }

  private let model: any MaskedLanguageModel
  private let workspace = Workspace()

  /// A filler with `model`.
  public init(_ model: any MaskedLanguageModel) {
    self.model = model
  }

  /// The `count` most probable tokens at each of `places`, most probable first.
  public func candidates(_ ids: [Int32], typeIds: [Int32], at places: [Int32], count: Int) -> [[Candidate]] {
    guard !places.isEmpty else { return [] }
    var batch = Sequences()
    batch.append(ids: ids, typeIds: typeIds, sample: 0)
    let tape = Tape.inference(workspace)
    let hidden = model.encode(tape.input(batch))
    let logits = model.predictionLogits(hidden, at: tape.places(places))
    let (values, width) = (logits.floats, logits.shape.width)
    return places.indices.map { place in
      MaskFiller.best(Array(values[place * width..<(place + 1) * width]), count: count)
    }
  }

  static func best(_ logits: [Float], count: Int) -> [Candidate] {
    let top = Double(logits.max() ?? 0)
    let powers = logits.map { exp(Double($0) - top) }
    let total = powers.reduce(0, +)
    let order = powers.indices.sorted { powers[$0] != powers[$1] ? powers[$0] > powers[$1] : $0 < $1 }
    return order.prefix(count).map { Candidate(id: Int32($0), probability: powers[$0] / total) }
  }
}
