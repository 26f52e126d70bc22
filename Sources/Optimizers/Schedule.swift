import Glibc

/// The learning rate as a function of the step, relative to its peak.
///
/// Steps count from 0. Warm-up is linear and its first step is not zero: step s has factor (s + 1) / warmupSteps.
/// The horizon is where the curve ends; a run may stop elsewhere.
public struct Schedule: Sendable, Equatable {
  /// The curve after warm-up.
  public enum Curve: String, Sendable, CaseIterable {
    /// The peak, forever.
    case constant
    /// A straight line from the peak to the least factor at the horizon.
    case linear
    /// Half a cosine from the peak to the least factor at the horizon.
    case cosine
    /// √(warmupSteps / s): no horizon.
    case inverseSquareRoot = "inverse_sqrt"
    /// The peak, then a straight line to the least factor over the last `decayShare` of the horizon.
    case warmupStableDecay = "warmup_stable_decay"
  }

  /// The curve after warm-up.
  public var curve: Curve
  /// Steps of warm-up.
  public var warmupSteps: Int
  /// The step at which the curve ends.
  public var horizon: Int
  /// The factor from the horizon on.
  public var leastFactor: Double
  /// The share of the horizon that `warmupStableDecay` decays over.
  public var decayShare: Double

  /// A schedule.
  public init(
    _ curve: Curve, warmupSteps: Int = 0, horizon: Int, leastFactor: Double = 0, decayShare: Double = 0.1
  ) {
    self.curve = curve
    self.warmupSteps = warmupSteps
    self.horizon = horizon
    self.leastFactor = leastFactor
    self.decayShare = decayShare
  }

  /// The factor of the peak learning rate at `step`.
  public func factor(at step: Int) -> Double {
    if step < warmupSteps { return Double(step + 1) / Double(warmupSteps) }
    switch curve {
    case .constant: return 1
    case .inverseSquareRoot:
      let scale = Double(max(1, warmupSteps))
      return (scale / max(scale, Double(step))).squareRoot()
    case .linear: return 1 - (1 - leastFactor) * progress(step, from: warmupSteps)
    case .cosine:
      return leastFactor + (1 - leastFactor) * 0.5 * (1 + cos(Double.pi * progress(step, from: warmupSteps)))
    case .warmupStableDecay:
      let decaySteps = Int((Double(horizon) * decayShare).rounded())
      return 1 - (1 - leastFactor) * progress(step, from: max(warmupSteps, horizon - decaySteps))
    }
  }

  /// How far `step` is from `start` to the horizon, between 0 and 1.
  private func progress(_ step: Int, from start: Int) -> Double {
    if step >= horizon { return 1 }
    return max(0, Double(step - start) / Double(max(1, horizon - start)))
  }
}
