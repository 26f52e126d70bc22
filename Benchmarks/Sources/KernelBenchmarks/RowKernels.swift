import Kernels
import Randomness

/// Milliseconds and nominal GB/s (each operand counted once) of the row kernels.
func measureRows(threads: Int) {
  let (rows, width) = (4096, 1024)
  let count = rows * width
  let (x, y, z, v) = (numbers(count, scale: 3), numbers(count), numbers(count), numbers(count))
  let (gain, bias, mean, deviation) = (numbers(width), numbers(width), numbers(rows), numbers(rows))
  let (dgain, dbias) = (numbers(width), numbers(width))
  defer { for memory in [x, y, z, v, gain, bias, mean, deviation, dgain, dbias] { memory.deallocate() } }

  print("\n\(threads) thread(s), [\(rows), \(width)]" + "                   ms    GB/s")
  func report(_ name: String, bytes: Int, _ call: () -> Void) {
    let seconds = median(call)
    print(label(name, width: 34) + column(seconds * 1e3, 2) + column(Double(bytes * count) / seconds / 1e9, 1))
  }
  report("layer norm forward", bytes: 8) {
    LayerNormKernel.forward(
      x, gain: gain, bias: bias, epsilon: 1e-5, into: y, mean: mean, reciprocalDeviation: deviation, rows: rows,
      width: width)
  }
  report("layer norm backward", bytes: 12) {
    LayerNormKernel.backward(
      y, x, gain: gain, mean: mean, reciprocalDeviation: deviation, into: z, dgain: dgain, dbias: dbias, rows: rows,
      width: width)
  }
  for kind in Activation.allCases {
    report("\(kind) forward", bytes: 8) { ActivationKernel.forward(kind, x, into: y, count: count) }
    report("\(kind) backward", bytes: 12) { ActivationKernel.backward(kind, y, x, into: z, count: count) }
  }
  report("softmax", bytes: 8) { SoftmaxKernel.rows(x, into: y, rows: rows, width: width) }
  let (offsets, samples): ([Int32], [UInt64]) = ([0, Int32(rows)], [1])
  offsets.withUnsafeBufferPointer { offsets in
    samples.withUnsafeBufferPointer { samples in
      guard let offsets = offsets.baseAddress, let samples = samples.baseAddress else { return }
      let positions = DropoutPositions(
        key: RandomKey(seed: 1, purpose: .dropout), epoch: 0, site: 0, sequenceOffsets: offsets, samples: samples,
        sequenceCount: 1)
      report("dropout", bytes: 8) {
        DropoutKernel.forward(x, into: y, width: width, positions: positions, rate: 0.1)
      }
    }
  }
  report("add", bytes: 12) { ElementwiseKernel.add(x, y, into: z, count: count) }
  report("sum of squares", bytes: 4) { _ = ElementwiseKernel.sumOfSquares(x, count: count) }
  ElementwiseKernel.fill(v, value: 1, count: count)
  report("AdamW", bytes: 28) {
    AdamWKernel.update(
      values: x, gradients: y, firstMoment: z, secondMoment: v, count: count, learningRate: 1e-6, beta1: 0.9,
      beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, gradientScale: 1, biasCorrection1: 1, biasCorrection2: 1)
  }
  measureCrossEntropy()
}

private func measureCrossEntropy() {
  let (rows, classes) = (512, 30522)
  let count = rows * classes
  let (logits, losses, sums) = (numbers(count, scale: 3), numbers(rows), numbers(rows))
  defer { for memory in [logits, losses, sums] { memory.deallocate() } }
  let targets = (0..<rows).map { Int32($0) }
  for (name, call) in [
    (
      "cross-entropy forward \(rows) × \(classes)",
      {
        CrossEntropyKernel.forward(
          logits, targets: targets, rows: rows, vocabulary: classes, losses: losses, predicted: nil, logSumExp: sums)
      }
    ),
    (
      "cross-entropy backward",
      {
        CrossEntropyKernel.backward(
          logits, targets: targets, logSumExp: sums, scale: 1, rows: rows, vocabulary: classes)
      }
    ),
  ] {
    let seconds = median(call)
    print(label(name, width: 34) + column(seconds * 1e3, 2) + column(Double(4 * count) / seconds / 1e9, 1))
  }
}
