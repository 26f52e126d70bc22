import Kernels

/// The numbers of one AdamW update.
public struct AdamWUpdate: Sendable {
  let learningRate, beta1, beta2, epsilon, weightDecay, gradientScale, firstCorrection, secondCorrection: Double

  /// The corrections are 1 − βᵗ, or 1 for BERT's variant.
  public init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, gradientScale: Double,
    firstCorrection: Double, secondCorrection: Double
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
    self.firstCorrection = firstCorrection
    self.secondCorrection = secondCorrection
  }
}

/// m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  p ← p − η · (m̂ / (√v̂ + ε) + λp), over a range of four slabs.
public func adamW(
  _ update: AdamWUpdate, values: Slab, gradients: Slab, first: Slab, second: Slab, range: Range<Int>
) {
  let start = range.lowerBound
  require(
    range.upperBound <= values.count && values.count == gradients.count && values.count == first.count
      && values.count == second.count, "slabs of one layout are needed")
  AdamWKernel.update(
    values: values.base + start, gradients: gradients.base + start, firstMoment: first.base + start,
    secondMoment: second.base + start, count: range.count, learningRate: Float(update.learningRate),
    beta1: Float(update.beta1), beta2: Float(update.beta2), epsilon: Float(update.epsilon),
    weightDecay: Float(update.weightDecay), gradientScale: Float(update.gradientScale),
    biasCorrection1: Float(update.firstCorrection), biasCorrection2: Float(update.secondCorrection))
}
