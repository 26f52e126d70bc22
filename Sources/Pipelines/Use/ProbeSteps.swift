import Optimizers

extension ModelProbe.Steps {
  /// Updates with AdamW's usual decay of the moments, 0.9 and 0.999.
  public init(
    count: Int, learningRate: Double, warmupSteps: Int, clipNorm: Double?, epsilon: Double, weightDecay: Double
  ) {
    var optimizer = AdamW.Configuration()
    optimizer.epsilon = epsilon
    optimizer.weightDecay = weightDecay
    self.init(
      count: count, learningRate: learningRate, warmupSteps: warmupSteps, clipNorm: clipNorm, optimizer: optimizer)
  }
}
