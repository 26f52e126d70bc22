/// Why training can't go on.
public enum TrainingError: Error, Equatable, Sendable {
  /// A step had no rows: the plan and the step disagree.
  case emptyStep(Int)
  /// The loss or the gradient is infinite or not a number.
  case notFinite(step: Int)
  /// A step computed twice gave different bits: memory, processor or a race.
  case bitsDiffer(step: Int)
  /// A checkpoint was written with something else that shapes the bits.
  case frozenKey(key: String, was: String, now: String)
  /// A checkpoint lacks something, or holds something that does not fit.
  case state(file: String, cause: String)
}

extension TrainingError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .emptyStep(let step): "step \(step) has no rows"
    case .notFinite(let step): "the loss or its gradient is not finite at step \(step)"
    case .bitsDiffer(let step):
      "step \(step) was computed twice and its bits differ: this machine's memory or processor can't be trusted"
    case .frozenKey(let key, let was, let now): "\(key) is \(now) now and was \(was) when this run was trained"
    case .state(let file, let cause): "\(file) \(cause)"
    }
  }
}
