import Collectives
import Testing

@testable import Training

@Suite struct RunMemoryTests {
  @Test func eventsThatComeWhileOthersAreTakenWaitForTheNextTime() throws {
    let memory = RunMemory(SingleProcess())
    func report(_ step: Int) throws {
      let sums = TermSums(termCount: 1)
      memory.report(try #require(SharedEvent(.evaluation(step: step, sums: sums, isBest: false))))
    }
    /// Takes events, each of which brings about another one.
    func take() throws -> [Int] {
      var steps: [Int] = []
      try memory.takeEvents(terms: []) { event in
        guard case .evaluation(let step, _, _) = event else { return }
        steps.append(step)
        if steps.count < 20 { try report(step + 10) }
      }
      return steps
    }
    try report(1)
    try report(2)
    #expect(try take() == [1, 2])
    #expect(try take() == [11, 12])
  }
}
