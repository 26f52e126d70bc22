/// What a pattern holds that is refused, because it is wrong or would be matched differently here.
struct PatternError: Error, Equatable, Sendable {
  /// Place in scalars of the pattern.
  let place: Int
  let problem: String
}

extension PatternError: CustomStringConvertible {
  var description: String { "the pattern holds \(problem) at character \(place)" }
}
