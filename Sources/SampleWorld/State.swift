/// What a story remembers from one sentence to the next. All of it is told by the opening sentence.
///
/// Only the scene ever changes, and only by a sentence that says so.
struct State: Equatable, Sendable {
  /// The trade of the story.
  var trade: Int
  /// The hero's name; its ending tells the gender.
  var hero: Int
  /// The stem of the goods of the opening.
  var theme: Int
  /// The home town.
  var home: Int
  /// The kind of place where the story is.
  var scene: Int
}

/// A part of the state that later draws may repeat word for word.
enum Memory: Int, CaseIterable, Sendable {
  case hero, theme, home
}

/// The probability of one outcome as far as it is known without the memory:
/// `otherwise` + (`again` if the memory holds `value`).
struct Share: Sendable {
  var otherwise: Double
  var again = 0.0
  var memory = Memory.hero
  var value = 0
}
