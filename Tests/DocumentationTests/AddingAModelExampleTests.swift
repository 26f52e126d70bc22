import Foundation
import JSON
import NN
import Tensors
import Testing

@testable import Models

// The example of Documentation/AddingAModel.md.

/// The next token from the current one alone: logits = norm(e + feedForward(e)) · wordsᵀ.
struct Bigram: CausalLanguageModel {
  let configuration: BigramConfiguration
  let words: Embedding
  let feedForward: FeedForward
  let norm: LayerNorm

  /// A model whose parameters have no memory yet.
  init(_ configuration: BigramConfiguration) {
    self.configuration = configuration
    let width = configuration.width
    let weight = Initializer.normal(standardDeviation: configuration.initializerRange)
    words = Embedding(configuration.vocabularySize, width, weight: weight)
    feedForward = FeedForward(
      width, inner: configuration.innerWidth, activation: .gelu, weight: weight, outputWeight: weight)
    norm = LayerNorm(width, epsilon: 1e-5)
  }

  var extents: ModelExtents {
    ModelExtents(
      vocabularySize: configuration.vocabularySize, width: configuration.width, layerCount: 1,
      maximumLength: configuration.maximumLength)
  }

  func hiddenStates(_ input: TokenInput) -> [Tensor] {
    let embedded = words(input.ids, on: input.tape)
    return [embedded, norm(embedded + feedForward(embedded))]
  }

  func nextTokens(_ hidden: Tensor) -> Projection { Projection(hidden, words.weight) }

  func makeCache(sequences: Int, capacity: Int) -> KeyValueCache {
    KeyValueCache(sequences: sequences, layerCount: 0, width: 0, capacity: capacity)
  }

  func logits(_ input: TokenInput, cache: KeyValueCache) -> Tensor {
    cache.advance(by: input.segments)
    return nextTokenLogits(rows(encode(input), at: input.tape.places(input.segments.lastPlaces)))
  }
}

struct BigramConfiguration: ModelConfiguration {
  static let modelType = "bigram"

  var vocabularySize = 8_192
  var width = 128
  var innerWidth = 512
  var maximumLength = 512
  var initializerRange = 0.02

  static let keys: [ConfigurationKey<Self>] = [
    .int("vocab_size", \.vocabularySize),
    .int("hidden_size", \.width),
    .int("intermediate_size", \.innerWidth),
    .int("max_position_embeddings", \.maximumLength),
    .double("initializer_range", \.initializerRange),
  ]

  func issues() -> [ConfigurationIssue] {
    var checks = ExtentChecks()
    checks.positive("vocab_size", vocabularySize)
    checks.positive("hidden_size", width)
    checks.positive("intermediate_size", innerWidth)
    checks.positive("max_position_embeddings", maximumLength)
    checks.positive("initializer_range", initializerRange)
    return checks.issues
  }

  func pretrainingNetwork(nextSentence: Bool) -> any PublishedModel { Bigram(self) }
}

extension Bigram: PublishedModel {
  static let modelType = BigramConfiguration.modelType
  static let bareArchitecture = "BigramModel"
  var architecture: String { "BigramLMHeadModel" }

  static func make(
    _ json: JSONObject, holdsTensor: (String) -> Bool
  ) throws(ModelConfigurationError) -> Bigram {
    Bigram(try BigramConfiguration.checked(json))
  }

  var publishedKeys: PublishedKeys {
    let paths = [
      "words.weight", "feedForward.intermediate.weight", "feedForward.intermediate.bias", "feedForward.output.weight",
      "feedForward.output.bias", "norm.weight", "norm.bias",
    ]
    return PublishedKeys(
      keys: paths.map { PublishedKey("bigram.\($0)", $0) }, basePrefix: "bigram.",
      tiedAliases: ["lm_head.weight": "bigram.words.weight"])
  }

  var json: JSONObject { configurationObject(configuration.json) }
}

@Suite struct AddingAModelExampleTests {
  private static let configuration: BigramConfiguration = {
    var configuration = BigramConfiguration()
    (configuration.vocabularySize, configuration.width, configuration.innerWidth) = (11, 8, 12)
    configuration.initializerRange = 0.5
    return configuration
  }()
  private let model = Bigram(configuration)

  @Test func everyParameterHasOnePublishedName() {
    let keys = model.publishedKeys.keys
    #expect(keys.map(\.path).sorted() == ParameterStore(model).entries.map(\.path).sorted())
    #expect(Set(keys.map(\.name)).count == keys.count)
  }

  @Test func theConfigurationIsReadAsItWasWritten() throws {
    let written = model.json
    #expect(try Bigram.make(written) { _ in true }.configuration == Self.configuration)
    #expect(written["model_type"] == .string("bigram") && written["vocab_size"] == .integer(11))
  }

  @Test func everyProblemOfAConfigurationIsReportedAtOnce() {
    let json = JSONObject([("vocab_size", .integer(0)), ("hidden_size", .string("wide"))])
    let problems = ModelConfigurationError.issues([
      ConfigurationIssue("hidden_size", "must be a whole number from 1"),
      ConfigurationIssue("vocab_size", "must be at least 1, not 0"),
    ])
    #expect(throws: problems) { try Bigram.make(json) { _ in true } }
  }

  @Test func aModelOfZerosFindsAllTokensEquallyLikely() {
    _ = ParameterStore(model)
    let tape = Tape.inference(Workspace())
    let scored = crossEntropy(
      model.nextTokenLogits(model.encode(tape.input(Sequences(rows: [[3, 1, 4]])))), tape.targets([1, 4, 9]))
    let expected: Double = 3 * log(11)
    #expect(abs(scored.total - expected) < 1e-5, "\(scored.total) for \(expected)")
    withExtendedLifetime(tape) {}
  }

  @Test func laterTokensDoNotChangeEarlierLogits() {
    ParameterStore(model).initialize(seed: 1)
    let (one, other) = (logits([1, 2, 3]), logits([1, 2, 4]))
    #expect(one[..<22] == other[..<22] && one[22...] != other[22...])
  }

  @Test func logitsWithACacheAreThoseOfTheWholeText() {
    ParameterStore(model).initialize(seed: 1)
    let cache = model.makeCache(sequences: 1, capacity: 3)
    let tape = Tape.inference(Workspace())
    let cached = [[Int32(1), 2], [3]].map { model.logits(tape.input(Sequences(rows: [$0])), cache: cache).floats }
    let whole = Array(logits([1, 2, 3])[22...])
    let worst = zip(cached[1], whole).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < 1e-5 && cached[1].count == 11 && cache.lengths == [3], "\(worst)")
    withExtendedLifetime(tape) {}
  }

  private func logits(_ ids: [Int32]) -> [Float] {
    let tape = Tape.inference(Workspace())
    return withExtendedLifetime(tape) {
      model.nextTokenLogits(model.encode(tape.input(Sequences(rows: [ids])))).floats
    }
  }
}
