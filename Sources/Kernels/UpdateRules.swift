import CKernels

/// m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  p ← p − η · (m̂ / (√v̂ + ε) + λp)
///
/// - Sources: Loshchilov and Hutter 2019, "Decoupled weight decay regularization"; ε stands outside the root, after the
///   correction of the bias, as in PyTorch.
public enum AdamWKernel {
  /// One update in place of values and moments.
  ///
  /// - Parameters:
  ///   - values: p.
  ///   - gradients: g before scaling.
  ///   - firstMoment: m.
  ///   - secondMoment: v.
  ///   - gradientScale: what the gradients are multiplied by first.
  ///   - biasCorrection1: 1 − β₁ᵗ, or 1 for BERT's variant.
  ///   - biasCorrection2: 1 − β₂ᵗ, or 1 for BERT's variant.
  public static func update<Real: BinaryFloatingPoint>(
    values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, firstMoment: UnsafeMutablePointer<Float>,
    secondMoment: UnsafeMutablePointer<Float>, count: Int, learningRate: Real, beta1: Real, beta2: Real,
    epsilon: Real, weightDecay: Real, gradientScale: Real, biasCorrection1: Real, biasCorrection2: Real
  ) {
    var update = ck_adamw(
      beta1: Float(beta1), beta2: Float(beta2), rest1: Float(1 - beta1), rest2: Float(1 - beta2),
      decay: Float(1 - learningRate * weightDecay), rate: Float(learningRate / biasCorrection1),
      reciprocal_root: Float(1 / biasCorrection2.squareRoot()), epsilon: Float(epsilon),
      gradient_scale: Float(gradientScale))
    withUnsafePointer(to: &update) { update in
      Parallel.forEachSlice(of: count, slice: Slices.elements) { part in
        let start = part.lowerBound
        kernels.adamw(
          values + start, gradients + start, firstMoment + start, secondMoment + start, part.count, update)
      }
    }
  }
}

/// m ← μm + g + λp,  p ← p − ηm
public enum SGDKernel {
  /// One update in place of values and moment.
  ///
  /// - Parameters:
  ///   - values: p.
  ///   - gradients: g before scaling.
  ///   - moment: m.
  ///   - gradientScale: what the gradients are multiplied by first.
  public static func update(
    values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, moment: UnsafeMutablePointer<Float>,
    count: Int, learningRate: Float, momentum: Float, weightDecay: Float, gradientScale: Float
  ) {
    Parallel.forEachSlice(of: count, slice: Slices.elements) { part in
      let start = part.lowerBound
      kernels.sgd(
        values + start, gradients + start, moment + start, part.count, learningRate, momentum, weightDecay,
        gradientScale)
    }
  }
}
