import Kernels
import Randomness
import Testing

extension KernelsTests {
  @Suite struct Dropout {
    static let key = RandomKey(seed: 3, purpose: .dropout)
    static let samples: [UInt64] = [4, 1 << 40, 7]
    static let offsets: [Int32] = [0, 5, 5, 70]

    @Test(arguments: [1, 3, 17, 64, 1001]) func anElementsFactorIsTheOneOfItsPosition(width: Int) {
      var numbers = Numbers()
      let x = numbers.floats(70 * width)
      expectEverywhere(masked(x, width, rate: 0.3), within: 1e-7) { run(x, width, rate: 0.3) }
    }

    @Test func backwardAppliesTheMaskOfForwardInPlaceToo() {
      var numbers = Numbers(2)
      let dy = numbers.floats(70 * 9)
      expectEverywhere(masked(dy, 9, rate: 0.1), within: 1e-7) {
        var dx = dy
        dx.withUnsafeMutableBufferPointer { dx in
          guard let base = dx.baseAddress else { return }
          withPositions { DropoutKernel.backward(base, into: base, width: 9, positions: $0, rate: 0.1) }
        }
        return dx
      }
    }

    @Test func theShareOfDroppedElementsIsTheRate() {
      let y = run([Float](repeating: 1, count: 70 * 2000), 2000, rate: 0.1)
      let dropped = Double(y.count { $0 == 0 }) / Double(y.count)
      // Five standard deviations of a mean of 140,000 draws.
      #expect(abs(dropped - 0.1) < 5 * (0.09 / 140_000).squareRoot(), "\(dropped)")
    }

    @Test func rateZeroIsTheIdentity() {
      var numbers = Numbers(4)
      let x = numbers.floats(70 * 5)
      #expect(run(x, 5, rate: 0) == x)
    }

    /// Drawn by the random numbers' own interface: sample, epoch and site, words in order of row and column.
    private func masked(_ x: [Float], _ width: Int, rate: Double) -> [Double] {
      Self.samples.indices.flatMap { sample in
        var words = Self.key.numbers(sample: Self.samples[sample], epoch: 2, site: 9)
        return (Int(Self.offsets[sample]) * width..<Int(Self.offsets[sample + 1]) * width).map {
          Double(words.nextWord()) >= Double(Float(rate)) * 0x1p32 ? x[$0].d / (1 - rate) : 0
        }
      }
    }

    private func run(_ x: [Float], _ width: Int, rate: Float) -> [Float] {
      var y = [Float](repeating: .nan, count: x.count)
      withPositions { DropoutKernel.forward(x, into: &y, width: width, positions: $0, rate: rate) }
      return y
    }

    private func withPositions(_ body: (DropoutPositions) -> Void) {
      Self.offsets.withUnsafeBufferPointer { offsets in
        Self.samples.withUnsafeBufferPointer { samples in
          guard let offsets = offsets.baseAddress, let ids = samples.baseAddress else { return }
          body(
            DropoutPositions(
              key: Self.key, epoch: 2, site: 9, sequenceOffsets: offsets, samples: ids, sequenceCount: samples.count))
        }
      }
    }
  }
}
