import Generation
import Models
import NN
import Tensors
import Testing

@Suite struct GeneratorTests {
  private let model: GPT2

  init() {
    var configuration = GPT2Configuration()
    configuration.vocabularySize = 60
    configuration.width = 32
    configuration.layerCount = 2
    configuration.headCount = 4
    configuration.maximumLength = 24
    model = GPT2(configuration)
    ParameterStore(model).initialize(seed: 3)
  }

  /// Prompts of several lengths, one of them beyond the model's limit; continuations that outgrow it.
  private let prompts: [[Int32]] = [[5], [1, 2, 3, 4, 5, 6, 7], Array(0..<40)]

  @Test(arguments: [Precision.float32, .bfloat16])
  func textsContinuedTogetherAreThoseContinuedAlone(precision: Precision) {
    let sampler = Sampler(temperature: 0.9, topK: 20)
    let generator = Generator(model, sampler: sampler, endOfText: 59, precision: precision, seed: 7)
    let together = continuations(of: prompts, with: generator)
    #expect(together.allSatisfy { !$0.isEmpty })
    for (number, prompt) in prompts.enumerated() {
      let alone = continuations(of: [prompt], with: generator, first: UInt64(number))
      #expect(alone[0] == together[number], "prompt \(number)")
    }
  }

  @Test func aTextThatEndsLeavesTheOthersAsTheyAre() {
    let generator = Generator(model, sampler: Sampler(temperature: 1), endOfText: nil, seed: 7)
    let whole = continuations(of: prompts, with: generator)
    var cut = [[Int32]](repeating: [], count: 3)
    generator.generate(prompts, maximumNewTokens: 40) { number, token in
      cut[number].append(token)
      return number != 1 || cut[1].count < 5
    }
    #expect(cut == [whole[0], Array(whole[1].prefix(5)), whole[2]])
  }

  private func continuations(of prompts: [[Int32]], with generator: Generator, first: UInt64 = 0) -> [[Int32]] {
    var new = [[Int32]](repeating: [], count: prompts.count)
    generator.generate(prompts, maximumNewTokens: 40, first: first) { number, token in
      new[number].append(token)
      return true
    }
    return new
  }
}
