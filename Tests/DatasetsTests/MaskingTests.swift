import Datasets
import Randomness
import Testing
import Tokenizers

@Suite struct MaskingTests {
  private func rows() throws -> (Counted, [Example]) {
    let counted = try SmallCorpus.counted(.singles, length: 64, texts: SmallCorpus.texts(300), windowBytes: 50_000)
    return (counted, try counted.epoch(0))
  }

  @Test func exactlyTheRoundedShareIsChosenAndNoSpecial() throws {
    let (counted, rows) = try rows()
    for probability in [0.001, 0.15, 0.2, 0.5, 1] {
      let masking = try Masking(tokenizer: counted.tokenizer, probability: probability, seed: 1)
      for row in rows {
        let masked = masking.choose(row)
        let n = row.isSpecial.count { !$0 }
        let chosen = masked.targets.indices.filter { masked.targets[$0] != -100 }
        #expect(chosen.count == max(1, Int((probability * Double(n)).rounded())))
        #expect(chosen.allSatisfy { !row.isSpecial[$0] && masked.targets[$0] == row.ids[$0] })
        let others = row.ids.indices.filter { masked.targets[$0] == -100 }
        #expect(others.allSatisfy { masked.ids[$0] == row.ids[$0] })
      }
    }
  }

  @Test(arguments: [false, true])
  func eightyPercentAreHiddenTenReplacedTenKept(masksWholeWords: Bool) throws {
    let (counted, rows) = try rows()
    let masking = try Masking(
      tokenizer: counted.tokenizer, probability: 0.3, masksWholeWords: masksWholeWords, seed: 1)
    let mask = try #require(counted.tokenizer.specials.mask)
    let ordinary = Set(counted.tokenizer.ordinaryIds)
    var (hidden, kept, replaced) = (0.0, 0.0, 0.0)
    for epoch in 0..<8 {
      for var row in rows {
        row.epoch = epoch
        let masked = masking.choose(row)
        for place in masked.targets.indices where masked.targets[place] >= 0 {
          if masked.ids[place] == mask {
            hidden += 1
          } else if masked.ids[place] == row.ids[place] {
            kept += 1
          } else {
            replaced += 1
            #expect(ordinary.contains(masked.ids[place]))
          }
        }
      }
    }
    let total = hidden + kept + replaced
    #expect(total > 5000)
    func deviation(_ count: Double, _ share: Double) -> Double {
      (count - share * total) / (total * share * (1 - share)).squareRoot()
    }
    // A replacement is the same token once in a vocabulary.
    let same = 0.1 / Double(ordinary.count)
    #expect(abs(deviation(hidden, 0.8)) < 4, "\(hidden) of \(total)")
    #expect(abs(deviation(kept, 0.1 + same)) < 4, "\(kept) of \(total)")
    #expect(abs(deviation(replaced, 0.1 - same)) < 4, "\(replaced) of \(total)")
    #expect(abs(deviation(hidden, 0.7)) > 4, "the bound would let 70 % pass")
  }

  @Test func masksDifferByEpochSampleAndSeedAndRepeatOtherwise() throws {
    let (counted, rows) = try rows()
    let masking = try Masking(tokenizer: counted.tokenizer, seed: 1)
    let row = try #require(rows.max { $0.count < $1.count })
    var later = row
    later.epoch += 1
    var other = row
    other.sample += 1
    let expected = masking.choose(row)
    #expect(masking.choose(row) == expected)
    #expect(masking.choose(later) != expected)
    #expect(masking.choose(other) != expected)
    #expect(try Masking(tokenizer: counted.tokenizer, seed: 2).choose(row) != expected)
  }

  @Test func evaluationHidesFifteenPercentOfASampleTheSameEveryTime() throws {
    let (counted, rows) = try rows()
    let masking = try Masking(tokenizer: counted.tokenizer, probability: 0.5, seed: 1)
    let other = try Masking(tokenizer: counted.tokenizer, probability: 0.2, seed: 99)
    for row in rows {
      let masked = masking.choose(row, purpose: .evaluation)
      let n = Double(row.isSpecial.count { !$0 })
      #expect(masked.targets.count { $0 >= 0 } == max(1, Int((0.15 * n).rounded())))
      var later = row
      later.epoch = 5
      #expect(masking.choose(later, purpose: .evaluation) == masked)
      #expect(other.choose(row, purpose: .evaluation) == masked)
    }
  }

  @Test func wholeWordsAreHiddenTogetherAndNeverMoreThanTheShare() throws {
    let texts = SmallCorpus.texts(300)
    let plan = RowPlan(shape: .singles, maximumLength: 64, seed: 7)
    // A vocabulary so small that most words are several tokens.
    let tokenizer = try SmallCorpus.tokenizer(.wordpiece, texts, size: 70)
    let dataset = try Dataset(corpus: ListCorpus(texts), tokenizer: tokenizer, plan: plan)
    let counted = Counted(dataset: dataset, index: try dataset.countingPass(fingerprint: ""), texts: texts)
    let masking = try Masking(tokenizer: tokenizer, probability: 0.25, masksWholeWords: true, seed: 1)
    let each = try Masking(tokenizer: tokenizer, probability: 0.25, seed: 1)
    var (chosen, allowed, split) = (0, 0, 0)
    for row in try counted.epoch(0) where row.count > 30 {
      let isChosen = masking.choose(row).targets.map { $0 >= 0 }
      let isChosenAlone = each.choose(row).targets.map { $0 >= 0 }
      for place in row.ids.indices.dropFirst()
      where !row.startsWord[place] && !row.isSpecial[place - 1] {
        #expect(isChosen[place] == isChosen[place - 1])
        if isChosenAlone[place] != isChosenAlone[place - 1] { split += 1 }
      }
      let n = Double(row.isSpecial.count { !$0 })
      #expect(isChosen.count { $0 } <= Int((0.25 * n).rounded()))
      chosen += isChosen.count { $0 }
      allowed += Int((0.25 * n).rounded())
    }
    #expect(split > 0, "masks of single tokens do split words")
    #expect(Double(chosen) > 0.9 * Double(allowed), "\(chosen) of \(allowed)")
  }

  @Test func aTokenizerWithoutMaskTokenIsRefused() throws {
    let tokenizer = try SmallCorpus.tokenizer(.characters, ["abc"])
    #expect(throws: DatasetError.missingToken(role: "[MASK]")) { try Masking(tokenizer: tokenizer, seed: 1) }
    let bert = try SmallCorpus.tokenizer(.wordpiece, ["abc abc"])
    for probability in [0, -1, 1.5, .nan] {
      #expect(throws: DatasetError.self) { try Masking(tokenizer: bert, probability: probability, seed: 1) }
    }
  }
}
