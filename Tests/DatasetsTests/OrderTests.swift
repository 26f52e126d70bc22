import Testing

@testable import Datasets

@Suite struct OrderTests {
  @Test(arguments: RowPlan.Shape.allCases)
  func everyEpochReadsEveryRowOnceAndInAnotherOrder(shape: RowPlan.Shape) throws {
    let counted = try SmallCorpus.counted(shape)
    #expect(counted.index.training.windows.count >= 3)
    let rows = counted.index.training.rowCount
    let first = try counted.epoch(0).map(\.sample)
    let second = try counted.epoch(1).map(\.sample)
    #expect(first.sorted() == (0..<UInt64(rows)).map { $0 })
    #expect(second.sorted() == first.sorted())
    #expect(second != first)
    #expect(first != first.sorted())
  }

  @Test(arguments: RowPlan.Shape.allCases)
  func aRowHasTheSameBitsWhoeverAsksAndWhenever(shape: RowPlan.Shape) throws {
    let straight = try SmallCorpus.counted(shape)
    let source = try straight.source()
    let steps = 0..<2 * source.plan.stepsPerEpoch
    let expected = try steps.map { try source.examples(of: $0) }
    let other = try SmallCorpus.counted(shape, threads: 3)
    #expect(other.index == straight.index)
    let backwards = try other.source()
    for step in steps.reversed() {
      #expect(try backwards.examples(of: step) == expected[step], "step \(step)")
    }
  }

  @Test func aRunResumedAtAnyStepReadsWhatTheStraightRunReads() throws {
    let counted = try SmallCorpus.counted(.singles)
    let source = try counted.source(batchSize: 5)
    let steps = 2 * source.plan.stepsPerEpoch + 1
    let expected = try (0..<steps).map { try source.examples(of: $0) }
    for step in 0..<steps {
      #expect(try counted.source(batchSize: 5).examples(of: step) == expected[step], "step \(step)")
    }
  }

  @Test func twoEpochsNeverShareAStepAndTheLastBatchIsShorter() throws {
    let counted = try SmallCorpus.counted(.causal)
    let rows = counted.index.training.rowCount
    let size = try #require((2...7).first { rows % $0 != 0 })
    let plan = try SequencePlan(counted.index, batchSize: size, seed: 7)
    #expect(plan.stepsPerEpoch == rows / size + 1)
    for step in 0..<3 * plan.stepsPerEpoch {
      let addresses = try plan.addresses(of: step)
      #expect(Set(addresses.map(\.epoch)) == [step / plan.stepsPerEpoch])
      let isLast = step % plan.stepsPerEpoch == plan.stepsPerEpoch - 1
      #expect(addresses.count == (isLast ? rows % size : size))
    }
  }

  @Test func cursorsNameTheFirstRowOfTheirStep() throws {
    let counted = try SmallCorpus.counted(.singles)
    let plan = try SequencePlan(counted.index, batchSize: 3, seed: 7)
    for step in [0, 1, plan.stepsPerEpoch - 1, plan.stepsPerEpoch, 1_000_000_007] {
      let cursor = try plan.cursor(of: step)
      let first = try #require(try plan.addresses(of: step).first)
      #expect(cursor.epoch == step / plan.stepsPerEpoch && cursor.window == first.window)
      let places = cursor.rowPlace..<cursor.rowPlace + 1
      #expect(plan.order.rows(of: cursor.window, epoch: cursor.epoch, places: places) == [first])
    }
  }

  @Test func slotsGetRowsInOrderAndDifferByAtMostOne() {
    for count in 0...20 {
      let rows = Array(0..<count)
      for slots in 1...8 {
        let dealt = rows.slots(slots)
        #expect(dealt.count == slots && dealt.flatMap { $0 } == rows)
        let sizes = dealt.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1, "\(count) rows in \(slots) slots: \(sizes)")
      }
    }
  }

  @Test func anotherSeedGivesAnotherOrder() throws {
    let index = try SmallCorpus.counted(.singles).index
    let one = try SequencePlan(index, batchSize: 50, seed: 1).addresses(of: 0)
    let two = try SequencePlan(index, batchSize: 50, seed: 2).addresses(of: 0)
    #expect(one != two)
  }

  @Test func validationIsReadInOrderOnceAndTheSameEveryTime() throws {
    for shape in RowPlan.Shape.allCases {
      let counted = try SmallCorpus.counted(shape, texts: SmallCorpus.texts(90), heldOut: 3)
      let source = try counted.source(.validation)
      let rows = try counted.epoch(0, .validation)
      #expect(rows.map(\.sample) == (0..<UInt64(counted.index.validation.rowCount)).map { $0 })
      #expect(try counted.epoch(0, .validation) == rows)
      #expect(rows.allSatisfy { $0.epoch == 0 })
      #expect(throws: DatasetError.noSuchStep(source.plan.stepsPerEpoch, of: source.plan.stepsPerEpoch)) {
        try source.examples(of: source.plan.stepsPerEpoch)
      }
      #expect(throws: DatasetError.self) { try source.examples(of: -1) }
    }
  }

  @Test func tokenBudgetsCoverEveryEpochAndExceedTheBudgetByLessThanARow() throws {
    let counted = try SmallCorpus.counted(.pairs, length: 48)
    let budget = 200
    let plan = try TokenBudgetPlan(counted.index, batchTokens: budget, seed: 7)
    let source = RowSource(counted.dataset, index: counted.index, plan: plan)
    let longest = 48
    for epoch in 0..<2 {
      var seen: [UInt64] = []
      for step in epoch * plan.stepsPerEpoch..<(epoch + 1) * plan.stepsPerEpoch {
        let examples = try source.examples(of: step)
        #expect(!examples.isEmpty)
        #expect(examples.reduce(0) { $0 + $1.count } < budget + longest)
        seen += examples.map(\.sample)
      }
      #expect(seen.sorted() == (0..<UInt64(counted.index.training.rowCount)).map { $0 })
    }
    let late = try source.examples(of: plan.stepsPerEpoch + 1)
    let fresh = RowSource(counted.dataset, index: counted.index, plan: plan, readsAhead: false)
    #expect(try fresh.examples(of: plan.stepsPerEpoch + 1) == late)
  }

  @Test func theNextWindowIsReadShortlyBeforeItsFirstStep() throws {
    let counted = try SmallCorpus.counted(.singles)
    let plan = try SequencePlan(counted.index, batchSize: 1, seed: 7)
    let source = RowSource(counted.dataset, index: counted.index, plan: plan, stepsAhead: 3)
    let first = try plan.cursor(of: 0).window
    let change = try #require(try (0..<plan.stepsPerEpoch).first { try plan.cursor(of: $0).window != first })
    let next = try plan.cursor(of: change).window
    #expect(change > 4, "the window is too small to tell")
    for step in [0, change - 4] {
      _ = try source.examples(of: step)
      #expect(source.keptWindows == [first], "step \(step)")
    }
    _ = try source.examples(of: change - 3)
    #expect(source.keptWindows == [first, next])
    _ = try source.examples(of: change)
    #expect(source.keptWindows == [next])
  }
}
