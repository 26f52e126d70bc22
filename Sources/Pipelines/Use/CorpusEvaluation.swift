import Checkpoints
import Datasets
import JSON
import Models
import NN
import Objectives
import Shards
import Tensors
import Tokenizers
import Training

/// How well a language model predicts texts it is given: loss and perplexity and bits per byte for causal models, loss
/// and accuracy at hidden tokens, and of next sentences, for BERT.
public struct CorpusEvaluation {
  /// The scores by name and for people.
  public let scores: EvaluationScores
  /// Rows, tokens, documents and bytes that were read.
  public let figures: JSONObject
  /// Documents read.
  public let documentCount: Int
  /// Bytes of their text.
  public let byteCount: Int

  private static let batchSize = 16

  /// Scores all documents of `source`.
  ///
  /// - Parameters:
  ///   - maximumLength: tokens of a row; the model's limit, at most 512, if nil.
  ///   - precision: what matrix products multiply.
  ///   - scoresNextSentence: whether a model with that head is asked about pairs, which needs two documents.
  public init(
    _ loaded: LoadedModel, _ source: CorpusSource, maximumLength: Int? = nil, precision: Precision = .float32,
    scoresNextSentence: Bool = true
  ) throws {
    guard let tokenizer = loaded.tokenizer else {
      throw UserError("\(loaded.folder) holds no tokenizer", .usage)
    }
    let limit = loaded.model.extents.maximumLength
    let length = min(maximumLength ?? 512, limit)
    let objective: any Objective
    let maker: any BatchMaker
    let shape: RowPlan.Shape
    if let causal = loaded.model as? any CausalLanguageModel {
      (objective, maker, shape) = (CausalLanguageModeling(causal), CausalBatches(), .causal)
    } else if let bert = loaded.model as? BERT, bert.headKinds.predictsTokens {
      let isPaired = bert.headKinds.predictsNextSentence && scoresNextSentence
      objective = MaskedLanguageModeling(bert, nextSentence: isPaired ? bert : nil)
      maker = MaskedBatches(try Masking(tokenizer: tokenizer, seed: 0))
      shape = isPaired ? .pairs : .singles
    } else {
      throw UserError(
        "a \(loaded.model.architecture) predicts no tokens; give --data and --label to score labels", .usage)
    }
    let set = try ShardSet(resolving: source)
    let dataset = try Dataset(
      corpus: WholeCorpus(shards: set, source: source), tokenizer: tokenizer,
      plan: RowPlan(shape: shape, maximumLength: length, seed: 0), threads: Machine.processorCount)
    let index = try dataset.countingPass(fingerprint: "")
    let plan = try SequencePlan(index, batchSize: CorpusEvaluation.batchSize, seed: 0)
    let rows = RowSource(dataset, index: index, plan: plan)
    var (frequent, scored) = (0, 0)
    let sums = try Evaluator(objective, precision: precision).evaluate(plan.stepsPerEpoch) { step in
      let batch = maker.batch(try rows.examples(of: step), for: .evaluation)
      frequent += batch.targets.count { $0 == index.mostFrequentToken }
      scored += batch.targets.count { $0 >= 0 }
      return batch
    }
    guard let sums else { throw StoppedOnRequest(standing: "in an evaluation") }
    scores = EvaluationScores(
      sums, terms: objective.terms, unigram: scored == 0 ? nil : Double(frequent) / Double(scored))
    let statistics = index.training.statistics
    documentCount = index.training.windows.reduce(0) { $0 + $1.documents }
    byteCount = index.training.windows.reduce(0) { $0 + $1.textBytes }
    figures = [
      "documents": JSONValue(documentCount), "text_bytes": JSONValue(byteCount),
      "rows": JSONValue(index.training.rowCount),
      "tokens": JSONValue(statistics.rowTokens), "max_length": JSONValue(length),
    ]
  }
}

/// All documents of some shards, on one side.
private struct WholeCorpus: TextCorpus {
  let shards: ShardSet
  let source: CorpusSource

  func documents(from position: CorpusPosition?) throws -> any DocumentStream {
    var source = source
    source.validation = .none
    let index = ShardIndex([])
    let split = try ValidationSplit(.none, set: shards, index: index, seed: 0)
    return try ShardCorpus(shards: shards, source: source, split: split).documents(from: position)
  }
}
