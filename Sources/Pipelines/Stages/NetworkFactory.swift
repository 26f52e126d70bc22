import Checkpoints
import DurableFiles
import JSON
import Models
import NN
import Tensors
import Tokenizers

/// The network that a pipeline asks for: from a preset or a family's keys, or a finished model to go on with.
enum NetworkFactory {
  /// The network of `settings` for `tokenizer` in the memory of `allocate`, with parameters drawn from `seed` or taken from
  /// the finished model; without a seed, with those that lie in the memory.
  static func make(
    _ settings: ModelSettings, objective: [ObjectiveKind], tokenizer: Tokenizer, maximumLength: Int, seed: UInt64?,
    allocate: @escaping (Int) -> Slab = { Slab(count: $0) }
  ) throws -> LoadedModel {
    if let from = settings.from { return try goingOn(from.path, objective, tokenizer, seed: seed, allocate) }
    let model = try network(settings, objective, tokenizer, maximumLength: maximumLength)
    return LoadedModel(new: model, seed: seed, tokenizer: tokenizer, allocate: allocate)
  }

  /// The family of the network: of the preset or the keys, or of the finished model.
  static func family(_ settings: ModelSettings) throws -> ModelFamily? {
    if let family = settings.resolvedFamily { return family }
    guard let from = settings.from else { return nil }
    let json = try RunFolder("").json(Paths.join(try ModelReference.folder(from.path), "config.json"))
    return json?["model_type"]?.string.flatMap { ModelFamily(modelType: $0) }
  }

  private static func network(
    _ settings: ModelSettings, _ objective: [ObjectiveKind], _ tokenizer: Tokenizer, maximumLength: Int
  ) throws -> any PublishedModel {
    var configuration = try settings.configuration(
      vocabularySize: tokenizer.vocabularySize, maximumLength: maximumLength)
    configuration.setTokens(
      padding: tokenizer.specials.pad.map { Int($0) }, endOfText: tokenizer.specials.endOfText.map { Int($0) })
    try check(configuration, tokenizer)
    let pairs = objective.contains(.nsp)
    guard let bert = configuration as? BERTConfiguration, settings.initialization != nil else {
      return configuration.pretrainingNetwork(nextSentence: pairs)
    }
    return BERT(bert, heads: .pretraining(nextSentence: pairs), initialization: settings.initialization)
  }

  private static func check(_ configuration: any ModelConfiguration, _ tokenizer: Tokenizer) throws {
    var problems = configuration.issues().map { Problem(.start, "model.\($0.key)", $0.message) }
    if configuration.vocabularySize < tokenizer.vocabularySize {
      let message = "is \(configuration.vocabularySize); the tokenizer has \(tokenizer.vocabularySize) tokens"
      problems.append(Problem(.start, "model.vocab_size", message))
    }
    if !problems.isEmpty { throw UserError("the model can't be built", .usage, problems: problems) }
  }

  /// A finished model with the heads that the objective needs; heads it lacks are drawn from `seed`.
  private static func goingOn(
    _ path: String, _ objective: [ObjectiveKind], _ tokenizer: Tokenizer, seed: UInt64?,
    _ allocate: @escaping (Int) -> Slab
  ) throws -> LoadedModel {
    let found = try ModelReader.load(try ModelReference.folder(path))
    let wanted: any PublishedModel
    switch found.model {
    case let bert as BERT where !objective.contains(.clm):
      wanted = BERT(bert.configuration, heads: .pretraining(nextSentence: objective.contains(.nsp)))
    case let gpt as GPT2 where objective == [.clm]:
      wanted = GPT2(gpt.configuration)
    case let llama as Llama where objective == [.clm]:
      wanted = Llama(llama.configuration)
    case let bloom as Bloom where objective == [.clm]:
      wanted = Bloom(bloom.configuration)
    default:
      throw UserError(
        "\(path) holds a \(found.model.architecture), which can't learn "
          + objective.map(\.rawValue).joined(separator: " and "), .usage)
    }
    let loaded = LoadedModel(new: wanted, seed: seed, tokenizer: tokenizer, allocate: allocate)
    if seed != nil { loaded.store.copyValues(from: found.store) }
    return loaded
  }
}
