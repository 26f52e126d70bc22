import Datasets
import Glibc
import NN
import Objectives
import Tensors
import Tokenizers

/// How much likelier a causal model finds fresh stories than the world that tells them does.
///
/// E[p(model) / p(world)] ≤ 1 over stories of the world, whatever the model. By Markov's inequality the ratio is above
/// a million once in a million times; a model that exceeds that reads what it is to predict.
struct CausalBound {
  /// ln 10⁶
  static let limit = log(1e6)
  private static let batchSize = 16

  /// Σ ln p(story) by the model.
  let model: Double
  /// Σ ln p(story) by the world.
  let world: Double

  /// ln p(model) − ln p(world)
  var excess: Double { model - world }
  /// Whether the model knows no more than there is to know.
  var holds: Bool { excess <= CausalBound.limit }

  /// Scores the stories with batches made as those that the model was trained on; nil without an end-of-text token.
  /// - Parameter maximumLength: tokens of a row.
  init?(
    _ stories: FreshStories, model: any CausalLanguageModel, tokenizer: Tokenizer, maker: any BatchMaker,
    maximumLength: Int
  ) {
    guard let end = tokenizer.specials.endOfText else { return nil }
    let objective = CausalLanguageModeling(model)
    let workspace = Workspace()
    let rows = stories.texts.flatMap { CausalBound.rows(tokenizer.ids($0), end: end, maximumLength: maximumLength) }
    self.model = stride(from: 0, to: rows.count, by: CausalBound.batchSize).reduce(0) { total, start in
      let examples = Array(rows[start..<min(start + CausalBound.batchSize, rows.count)])
      let batch = maker.batch(examples, for: .evaluation)
      return total - objective.scores(batch, on: Tape.inference(workspace))[0].total
    }
    world = stories.logProbability
  }

  /// The rows of ⟨end⟩ t1 … tn scored as t1 … tn ⟨end⟩; where one is full, the next reads on from its last target.
  private static func rows(_ document: [Int32], end: Int32, maximumLength: Int) -> [Example] {
    let (read, scored) = ([end] + document, document + [end])
    return stride(from: 0, to: read.count, by: max(1, maximumLength)).map { start in
      let places = start..<min(read.count, start + max(1, maximumLength))
      var example = Example(sample: 0, epoch: 0)
      example.ids = Array(read[places])
      example.targets = Array(scored[places])
      example.typeIds = [Int32](repeating: 0, count: places.count)
      example.positions = Array(0..<Int32(places.count))
      example.segmentOffsets = [0, Int32(places.count)]
      return example
    }
  }

  /// What it means, for people.
  var sentence: String {
    holds
      ? "the model knows nothing it can't know: ln p(model) − ln p(world) = \(Figures.fixed(excess, 1)), "
        + "at most \(Figures.fixed(CausalBound.limit, 1))"
      : "THE MODEL IS BETTER THAN THE TRUTH by \(Figures.fixed(excess, 1)) nats: something leaks"
  }
}
