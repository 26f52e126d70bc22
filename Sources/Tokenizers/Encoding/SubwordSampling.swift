import Randomness

/// How words are cut at random instead of their best way, so that a model sees many cuts of the same text.
public enum SubwordSampling: Equatable, Sendable {
  /// Byte pairs: each merge that is due is passed over with this probability, below 1. (Provilkov et al. 2020.)
  case dropout(Double)
  /// Unigram: a cut has the probability P(cut)^α over the sum of all. (Kudo 2018, section 3.3.)
  case smoothing(Double)

  /// Whether a tokenizer's model can be sampled this way.
  func suits(_ model: TextModel) -> Bool {
    switch (self, model) {
    case (.dropout, .bytePairs), (.smoothing, .unigram): true
    default: false
    }
  }
}

/// A way of sampling and the random numbers left for it.
public struct SubwordSampler: Sendable {
  let sampling: SubwordSampling
  var random: RandomNumbers

  /// A sampler at the start of a sample's random numbers.
  public init(_ sampling: SubwordSampling, _ random: RandomNumbers) {
    self.sampling = sampling
    self.random = random
  }
}

extension TextModel {
  /// Appends the pieces of a cut drawn at random.
  func appendSample(
    of word: UnsafeBufferPointer<UInt8>, by sampler: inout SubwordSampler, to pieces: inout PieceList,
    scratch: inout ModelScratch
  ) {
    switch (self, sampler.sampling) {
    case (.bytePairs(let model), .dropout(let probability)):
      model.appendSample(of: word, dropout: probability, random: &sampler.random, to: &pieces)
    case (.unigram(let model), .smoothing(let alpha)):
      model.appendSample(
        of: word, smoothing: alpha, random: &sampler.random, to: &pieces, scratch: &scratch.unigram)
    default: appendPieces(of: word, to: &pieces, scratch: &scratch)
    }
  }
}
