import JSON

/// The learning rate's curve.
public struct ScheduleSettings: SettingGroup {
  /// Curves after warm-up.
  public enum Kind: String, SettingValue, CaseIterable {
    /// Straight to the least factor.
    case linear
    /// Half a cosine to the least factor.
    case cosine
    /// The peak, forever.
    case constant
    /// √(warm-up / step).
    case inverseSquareRoot = "inverse_sqrt"
    /// The peak, then straight to the least factor at the end.
    case warmupStableDecay = "warmup_stable_decay"
  }

  /// The curve.
  public var kind = Kind.linear
  /// Warm-up as a share of the curve's length; nil with `warmupSteps`.
  public var warmupShare: Double?
  /// Warm-up in steps.
  public var warmupSteps: Int?
  /// The length of the curve in steps; nil for the length of the run.
  public var totalSteps: Int?
  /// The share of the peak at the end of the curve.
  public var leastFactor = 0.0
  /// `warmup_stable_decay`: the share of the curve that decays.
  public var decayShare = 0.1

  /// Every default.
  public init() {}

  /// Warm-up where neither share nor steps are given.
  public static let defaultWarmupShare = 0.05

  /// The keys under `lr_scheduler`.
  public static var keys: [SettingKey<Self>] {
    [
      SettingKey("type", \.kind, "curve after warm-up", .tunable),
      SettingKey(
        "warmup_ratio", \.warmupShare, "warm-up as a share of the curve (default \(defaultWarmupShare))", .tunable,
        wanted: "a number from 0 to below 1"
      ) { (0..<1).contains($0 ?? 0) },
      SettingKey(
        "warmup_steps", \.warmupSteps, "warm-up in steps, instead of warmup_ratio", .tunable,
        wanted: "a whole number from 0"
      ) { $0 ?? 0 >= 0 },
      SettingKey(
        "total_steps", \.totalSteps, "where the curve ends; default: where the run ends", .tunable,
        wanted: "a whole number from 1"
      ) { $0 ?? 1 >= 1 },
      SettingKey(
        "min_lr_ratio", \.leastFactor, "share of the peak at the curve's end", .tunable, wanted: "a number from 0 to 1"
      ) { (0...1).contains($0) },
      SettingKey(
        "decay_ratio", \.decayShare, "warmup_stable_decay: share of the curve that decays", .tunable,
        wanted: "a number above 0 to 1"
      ) { $0 > 0 && $0 <= 1 },
    ]
  }
}
