import Checkpoints
import Datasets
import Glibc
import JSON
import Models
import NN
import SampleWorld
import Tokenizers
import Training

/// How a model of the bundled corpus compares with the world's true probabilities, on fresh documents that nothing was
/// trained or chosen on.
struct WorldReport {
  /// Sentences for people.
  private(set) var lines: [String] = []
  /// The same as figures.
  private(set) var figures = JSONObject()

  private static let documentCount = 1_000
  private static let pairedStoryCount = 4_000

  private let fresh: FreshStories
  private var world: World { fresh.world }

  init(_ context: RunContext, _ sample: SynthesisSettings) throws {
    fresh = FreshStories(count: WorldReport.documentCount, seed: sample.seed)
    guard let pretrain = context.configuration.pretrain else { return }
    let setup = try PretrainSetup(pretrain, context)
    let loaded = try ModelReader.load(try ModelReference.folder(context.folder.path))
    if let causal = loaded.model as? any CausalLanguageModel {
      try compare(causal, setup, context)
    } else if setup.objectives.contains(.nsp), let model = loaded.model as? any NextSentenceModel {
      try compare(model, setup.tokenizer, sample)
    }
  }

  /// ln p_model − ln p_world over the fresh documents, and the share of the gap that the model closes.
  private mutating func compare(_ model: any CausalLanguageModel, _ setup: PretrainSetup, _ context: RunContext) throws
  {
    let longest = min(setup.settings.maximumLength, model.extents.maximumLength)
    guard let end = setup.tokenizer.specials.endOfText,
      let bound = CausalBound(
        fresh, model: model, tokenizer: setup.tokenizer, maker: setup.maker, maximumLength: longest)
    else { return }
    let texts = fresh.texts
    let documents = texts.map { setup.tokenizer.ids($0) }
    let loose = try texts.reduce(0) { $0 + (try world.sentenceIndependentLogProbability(ofDocument: $1)) }
    let closed = (bound.model - loose) / (bound.world - loose)
    let bytes = Double(texts.reduce(0) { $0 + $1.utf8.count })
    func bits(_ total: Double) -> Double { -total / log(2) / bytes }
    let training = try trainingDocuments(setup, end)
    let grams = [1, 3].map { order -> Double in
      let baseline = NGramBaseline(order: order, vocabularySize: setup.tokenizer.vocabularySize, documents: training)
      return documents.reduce(0) { $0 + baseline.logProbability(of: $1 + [end]) }
    }
    for (name, value) in [
      ("world", bound.world), ("model", bound.model), ("sentence_independent", loose), ("unigram", grams[0]),
      ("trigram", grams[1]),
    ] { figures["\(name)_bits_per_byte"] = .number(bits(value)) }
    figures["excess_nats"] = .number(bound.excess)
    figures["gap_closed"] = .number(closed)
    lines = [
      "on \(Figures.count(texts.count)) fresh documents: world \(Figures.fixed(bits(bound.world), 3)), model "
        + "\(Figures.fixed(bits(bound.model), 3)), sentence-independent world "
        + "\(Figures.fixed(bits(loose), 3)), trigram \(Figures.fixed(bits(grams[1]), 3)), unigram "
        + "\(Figures.fixed(bits(grams[0]), 3)) bits/byte",
      "gap closed between sentences: \(Figures.percent(closed, digits: 1))",
      bound.sentence,
    ]
  }

  /// Token ids of training documents with end-of-text behind, for the n-gram models.
  private func trainingDocuments(_ setup: PretrainSetup, _ end: Int32) throws -> [[Int32]] {
    var stream = try setup.dataset.corpus.documents(from: nil)
    var documents: [[Int32]] = []
    while let document = try stream.next() {
      if document.part == .training { documents.append(setup.tokenizer.ids(document.text) + [end]) }
    }
    return documents
  }

  /// The accuracy of the best rule there is for next sentences, beside the model's on the same pairs.
  private mutating func compare(
    _ model: any NextSentenceModel, _ tokenizer: Tokenizer, _ sample: SynthesisSettings
  ) throws {
    let comparison = try NextSentenceComparison(world, stories: WorldReport.pairedStoryCount, corpusSeed: sample.seed)
    let accuracy = comparison.accuracy(of: model, tokenizer)
    for (name, value) in [
      ("bayes_expectation", comparison.bayesExpectation), ("bayes_accuracy", comparison.bayesAccuracy),
      ("model_accuracy", accuracy),
    ] { figures["nsp_\(name)"] = .number(value) }
    func percent(_ share: Double) -> String { Figures.percent(share, digits: 1) }
    lines = [
      "next sentence, on \(Figures.count(comparison.pairs.count)) fresh pairs with nothing hidden: this model "
        + "\(percent(accuracy)), Bayes \(percent(comparison.bayesAccuracy)); on average no classifier can exceed "
        + percent(comparison.bayesExpectation)
    ]
  }
}
