import Collectives
import NN
import Tensors
import Testing

@testable import Optimizers

@Suite struct UpdateJournalTests {
  private final class TwoLayers: Module {
    let first = Linear(200, 300, weight: .normal(standardDeviation: 0.02))
    let second = Linear(300, 7, weight: .normal(standardDeviation: 0.02))
  }

  /// Parameters, an optimizer and gradients that are the same every time.
  private struct Setup {
    let store: ParameterStore
    let optimizer: AdamW
    let gradients: Slab

    init() {
      store = ParameterStore(TwoLayers())
      store.initialize(seed: 3)
      optimizer = AdamW(store, AdamW.Configuration())
      gradients = store.makeSlab()
      gradients.write((0..<store.slabCount).map { Float($0 % 97) - 48 }, at: 0)
    }

    var floats: [[Float]] {
      [store.memory.values, optimizer.firstMoment, optimizer.secondMoment].map { $0.floats(0..<store.slabCount) }
    }
  }

  @Test func journaledUpdateByMembersIsThePlainUpdate() {
    let (plain, journaled) = (Setup(), Setup())
    let journal = UpdateJournal(SingleProcess(), pieceCount: journaled.optimizer.pieces.count)
    #expect(journaled.optimizer.pieces.count > 4)
    for _ in 0..<3 {
      plain.optimizer.update(gradients: plain.gradients, learningRate: 0.1)
      for rank in 0..<3 {
        journaled.optimizer.update(
          journaled.optimizer.share(of: rank, in: 3), gradients: journaled.gradients, learningRate: 0.1,
          gradientScale: 1, journal: journal)
      }
      journaled.optimizer.updateCount += 1
    }
    #expect(plain.floats == journaled.floats)
  }

  @Test func pieceThatWasCutShortIsAsItWasBefore() {
    let setup = Setup()
    let journal = UpdateJournal(SingleProcess(), pieceCount: setup.optimizer.pieces.count)
    setup.optimizer.update(gradients: setup.gradients, learningRate: 0.1)
    journal.begin(after: 1)
    let before = setup.floats
    let share = 2..<3
    var repaired: [[Float]] = []
    journal.whileOpen = {
      // The piece is updated and not yet marked: where a process that dies leaves it.
      let range = setup.optimizer.pieces[2].range
      #expect(setup.floats[0][range] != before[0][range])
      #expect(setup.optimizer.repair(share, journal: journal) == 1)
      repaired = setup.floats
    }
    setup.optimizer.update(
      share, gradients: setup.gradients, learningRate: 0.1, gradientScale: 1, journal: journal)
    #expect(repaired == before)
  }

  @Test func pieceThatIsDoneIsNotUpdatedAgain() {
    let setup = Setup()
    let journal = UpdateJournal(SingleProcess(), pieceCount: setup.optimizer.pieces.count)
    let all = setup.optimizer.pieces.indices
    func update() {
      setup.optimizer.update(all, gradients: setup.gradients, learningRate: 0.1, gradientScale: 1, journal: journal)
    }
    update()
    let once = setup.floats
    update()
    #expect(setup.floats == once)
    setup.optimizer.updateCount += 1
    update()
    #expect(setup.floats != once)
  }

  @Test func membersShareThePiecesWithoutGapsOrOverlaps() {
    let optimizer = Setup().optimizer
    for members in 1...9 {
      let shares = (0..<members).map { optimizer.share(of: $0, in: members) }
      #expect(shares.flatMap(Array.init) == Array(optimizer.pieces.indices), "\(members) members")
    }
  }
}
