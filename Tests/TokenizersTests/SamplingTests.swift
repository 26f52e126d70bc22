import Randomness
import Testing

@testable import Tokenizers

@Suite("Sampled cuts") struct SamplingTests {
  private static let text = "the lantern maker mends the lanterns of the harbor"

  private static func sampler(_ sampling: SubwordSampling, _ sample: UInt64) -> SubwordSampler {
    SubwordSampler(sampling, RandomKey(seed: 1, purpose: .sampling).numbers(sample: sample))
  }

  private static func trained(_ kind: TokenizerKind) throws -> Tokenizer {
    var trainer = TokenizerTrainer(kind: kind, vocabularySize: 400, minimumCount: 1)
    for _ in 0..<3 { try trainer.add(text) }
    return try trainer.train()
  }

  @Test(arguments: [(TokenizerKind.byteBPE, SubwordSampling.dropout(0.4)), (.unigram, .smoothing(0.1))])
  func samplesSpellTheSameTextInDifferentPiecesAndDependOnTheirNumberAlone(
    kind: TokenizerKind, sampling: SubwordSampling
  ) throws {
    let tokenizer = try Self.trained(kind)
    var cuts: Set<[Int32]> = []
    for sample in 0..<20 as Range<UInt64> {
      let encoding = tokenizer.encode(Self.text, sampler: Self.sampler(sampling, sample))
      #expect(tokenizer.decode(encoding.ids) == Self.text)
      #expect(encoding.ids == tokenizer.encode(Self.text, sampler: Self.sampler(sampling, sample)).ids)
      cuts.insert(encoding.ids)
    }
    #expect(cuts.count > 10)
    // Samples are not remembered for texts that are cut the best way.
    #expect(tokenizer.ids(Self.text) == (try Self.trained(kind)).ids(Self.text))
  }

  @Test func dropoutOfNothingIsTheBestCutAndOfNearlyAllTheBytes() throws {
    let tokenizer = try Self.trained(.byteBPE)
    let best = tokenizer.encode(Self.text, sampler: Self.sampler(.dropout(0), 0))
    #expect(best.ids == tokenizer.ids(Self.text))
    let bytes = tokenizer.encode(Self.text, sampler: Self.sampler(.dropout(0.9999999), 0))
    #expect(bytes.ids.count == Self.text.utf8.count)
  }

  /// One merge, passed over with probability p: the pair stays apart with probability p.
  @Test func aMergeIsPassedOverAsOftenAsAsked() throws {
    let vocabulary = Vocabulary(["a", "b", "ab"])
    let model = BytePairModel(
      vocabulary, merges: [BytePairModel.Merge(left: 0, right: 1, result: 2)], isByteLevel: true)
    var random = RandomKey(seed: 3, purpose: .sampling).numbers(sample: 0)
    var apart = 0
    for _ in 0..<10_000 {
      var pieces = PieceList()
      Array("ab".utf8).withUnsafeBufferPointer { word in
        model.appendSample(of: word, dropout: 0.3, random: &random, to: &pieces)
      }
      if pieces.ids.count == 2 { apart += 1 }
    }
    // Five standard deviations of a binomial of 10,000 draws.
    #expect(abs(apart - 3000) < 230)
  }

  @Test func modelsAreSampledInTheirOwnWayOnly() throws {
    #expect(try Self.trained(.byteBPE).supports(.dropout(0.1)))
    #expect(try !Self.trained(.byteBPE).supports(.smoothing(0.1)))
    #expect(try Self.trained(.unigram).supports(.smoothing(0.1)))
    #expect(try !Self.trained(.wordpiece).supports(.dropout(0.1)))
  }
}
