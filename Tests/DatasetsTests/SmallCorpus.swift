import Datasets
import Randomness
import Tokenizers

/// Documents in memory.
struct ListCorpus: TextCorpus {
  var documents: [CorpusDocument]

  /// Documents of which every `held`-th is for validation.
  init(_ texts: [String], everyHeldOut held: Int? = nil) {
    documents = texts.enumerated().map { index, text in
      let isHeldOut = held.map { index % $0 == $0 - 1 } ?? false
      return CorpusDocument(
        text: text, part: isHeldOut ? .validation : .training,
        position: CorpusPosition(shard: index / 7, offset: UInt64(index), ordinal: index % 7))
    }
  }

  func documents(from position: CorpusPosition?) throws -> any DocumentStream {
    let first = position.flatMap { wanted in documents.firstIndex { $0.position == wanted } } ?? 0
    return ListStream(rest: documents[first...])
  }
}

private struct ListStream: DocumentStream {
  var rest: ArraySlice<CorpusDocument>
  mutating func next() -> CorpusDocument? { rest.popFirst() }
}

/// A small corpus that is the same every time.
enum SmallCorpus {
  private static let words = [
    "river", "stone", "lantern", "carries", "under", "walks", "bright", "slowly", "garden", "winter", "speaks",
    "letters", "against", "morning", "harbor", "remembers", "copper", "without", "evening", "follows",
  ]

  /// Documents of 1 to `sentences` sentences of 3 to 12 words. Each sentence begins with its document's name, so that
  /// the origin of a token can be told from the text.
  static func texts(_ count: Int, sentences: Int = 9, seed: UInt64 = 1) -> [String] {
    (0..<count).map { document in
      var numbers = RandomKey(seed: seed, purpose: .world).numbers(sample: UInt64(document))
      let length = 1 + numbers.below(sentences)
      return (0..<length).map { _ in
        let drawn = (0..<3 + numbers.below(10)).map { _ in words[numbers.below(words.count)] }
        return (["D\(document)"] + drawn).joined(separator: " ") + "."
      }.joined(separator: " ")
    }
  }

  static func tokenizer(_ kind: TokenizerKind, _ texts: [String], size: Int = 600) throws -> Tokenizer {
    var trainer = TokenizerTrainer(kind: kind, vocabularySize: size)
    for text in texts { try trainer.add(text) }
    return try trainer.train()
  }

  /// A dataset with the index of its counting pass.
  static func counted(
    _ shape: RowPlan.Shape, length: Int = 32, texts: [String] = texts(60), heldOut: Int? = nil,
    kind: TokenizerKind? = nil, windowBytes: Int = 4000, threads: Int = 1,
    change: (inout RowPlan) -> Void = { _ in }
  ) throws -> Counted {
    var plan = RowPlan(shape: shape, maximumLength: length, seed: 7, windowBytes: windowBytes)
    change(&plan)
    let tokenizer = try tokenizer(kind ?? (shape == .causal ? .byteBPE : .wordpiece), texts)
    let dataset = try Dataset(
      corpus: ListCorpus(texts, everyHeldOut: heldOut), tokenizer: tokenizer, plan: plan, threads: threads)
    let index = try dataset.countingPass(fingerprint: plan.fingerprint(corpus: "list", tokenizer: "small"))
    return Counted(dataset: dataset, index: index, texts: texts)
  }
}

/// A small corpus after its counting pass.
struct Counted {
  let dataset: Dataset
  let index: DatasetIndex
  let texts: [String]

  var tokenizer: Tokenizer { dataset.tokenizer }

  func source(_ part: Part = .training, batchSize: Int = 8) throws -> RowSource {
    RowSource(
      dataset, index: index,
      plan: try SequencePlan(index, part: part, batchSize: batchSize, seed: dataset.plan.seed))
  }

  /// All rows of an epoch in its order.
  func epoch(_ epoch: Int, _ part: Part = .training) throws -> [Example] {
    let source = try source(part)
    let steps = source.plan.stepsPerEpoch
    return try (epoch * steps..<(epoch + 1) * steps).flatMap { try source.examples(of: $0) }
  }
}

/// The documents that a row's text comes from, told by their names in it.
func documents(in text: String) -> Set<String> {
  let words = text.split { !$0.isLetter && !$0.isNumber }
  return Set(words.filter { $0.first == "D" && $0.dropFirst().allSatisfy(\.isNumber) }.map(String.init))
}
