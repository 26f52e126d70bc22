/// A pattern as instructions for `PatternMatcher`.
struct PatternProgram: Sendable {
  enum Instruction: Sendable {
    case byte(UInt8)
    case scalar(set: Int)
    /// Scalars of a set, as many as there are, up to `maximum`.
    case run(set: Int, maximum: Int, isPossessive: Bool, state: Int)
    /// Scalars of a set, as few as will do.
    case lazyRun(set: Int, state: Int)
    /// The next instruction first, then the other; or the other first.
    case split(other: Int, prefersOther: Bool, state: Int)
    case jump(Int)
    case anchor(PatternAnchor)
    /// The group's instructions follow, up to `leave`; then `next`.
    case enter(Group, next: Int, state: Int)
    case leave
    case accept
  }

  enum Group: Equatable, Sendable {
    case atomic
    case ahead(isNegated: Bool)
    case behind(length: Int, isNegated: Bool)
  }

  static let maximumSize = 20_000

  private(set) var instructions: [Instruction] = []
  private(set) var sets = ScalarSetTable()
  /// Instructions that can be reached again at one place: the matcher may remember where they failed.
  private(set) var stateCount = 0
  /// The bytes a match can begin with.
  let firstBytes: [Bool]
  let isNullable: Bool
  let words: ScalarSet
  private var knownSets: [ScalarRanges] = []
  private var literals: Set<UInt32> = []

  init(_ node: PatternNode) throws(PatternError) {
    firstBytes = node.firstBytes
    isNullable = node.isNullable
    words = Self.words
    try add(node)
    try append(.accept)
  }

  private static let words = ScalarSet(PatternTables.shared.ranges { $0.contains(.word) })

  /// Whether a match can hold a scalar, so far as that shows without the order of things.
  func holds(_ scalar: UInt32) -> Bool {
    literals.contains(scalar) || knownSets.indices.contains { sets.contains(scalar, set: $0) }
  }

  private mutating func append(_ instruction: Instruction) throws(PatternError) {
    if instructions.count >= Self.maximumSize { throw PatternError(place: 0, problem: "too many repetitions") }
    instructions.append(instruction)
  }

  private mutating func newState() -> Int {
    stateCount += 1
    return stateCount - 1
  }

  private mutating func number(of set: ScalarRanges) -> Int {
    if let known = knownSets.firstIndex(of: set) { return known }
    knownSets.append(set)
    sets.append(ScalarSet(set))
    return knownSets.count - 1
  }

  private mutating func add(_ node: PatternNode) throws(PatternError) {
    switch node {
    case .literal(let scalar):
      literals.insert(scalar)
      for byte in UTF8Text.bytes(of: [scalar]) { try append(.byte(byte)) }
    case .set(let set):
      try append(.scalar(set: number(of: set)))
    case .sequence(let parts):
      for part in parts { try add(part) }
    case .alternatives(let parts):
      try addAlternatives(parts[...])
    case .repeated(let part, let minimum, let maximum, let preference):
      if preference == .possessive, part.asSet == nil {
        try addGroup(.atomic, .repeated(part, minimum: minimum, maximum: maximum, .greedy))
      } else {
        try addRepeated(part, minimum, maximum, preference)
      }
    case .atomic(let part):
      if case .repeated(let inner, let minimum, let maximum, .greedy) = part, inner.asSet != nil {
        try addRepeated(inner, minimum, maximum, .possessive)
      } else {
        try addGroup(.atomic, part)
      }
    case .lookahead(let part, let isNegated):
      try addGroup(.ahead(isNegated: isNegated), part)
    case .lookbehind(let part, let length, let isNegated):
      try addGroup(.behind(length: length, isNegated: isNegated), part)
    case .anchor(let anchor):
      try append(.anchor(anchor))
    }
  }

  private mutating func addAlternatives(_ parts: ArraySlice<PatternNode>) throws(PatternError) {
    var ends: [Int] = []
    for part in parts.dropLast() {
      let split = instructions.count
      let state = newState()
      try append(.accept)
      try add(part)
      ends.append(instructions.count)
      try append(.accept)
      instructions[split] = .split(other: instructions.count, prefersOther: false, state: state)
    }
    if let last = parts.last { try add(last) }
    for end in ends { instructions[end] = .jump(instructions.count) }
  }

  private mutating func addGroup(_ group: Group, _ body: PatternNode) throws(PatternError) {
    let start = instructions.count
    let state = newState()
    try append(.accept)
    try add(body)
    try append(.leave)
    instructions[start] = .enter(group, next: instructions.count, state: state)
  }

  private mutating func addRepeated(
    _ node: PatternNode, _ minimum: Int, _ maximum: Int?, _ preference: PatternNode.Preference
  ) throws(PatternError) {
    for _ in 0..<minimum {
      let size = instructions.count
      try add(node)
      // What matches nothing once matches nothing more often.
      if instructions.count == size { break }
    }
    if maximum == minimum { return }
    if let set = node.asSet, preference != .lazy {
      try append(
        .run(
          set: number(of: set), maximum: maximum.map { $0 - minimum } ?? .max, isPossessive: preference == .possessive,
          state: newState()))
    } else if let maximum {
      try addOptional(node, count: maximum - minimum, prefersNone: preference == .lazy)
    } else if let set = node.asSet {
      try append(.lazyRun(set: number(of: set), state: newState()))
    } else {
      let start = instructions.count
      let state = newState()
      try append(.accept)
      try add(node)
      try append(.jump(start))
      instructions[start] = .split(other: instructions.count, prefersOther: preference == .lazy, state: state)
    }
  }

  /// Each repetition stands only where the one before it does.
  private mutating func addOptional(_ node: PatternNode, count: Int, prefersNone: Bool) throws(PatternError) {
    var splits: [(place: Int, state: Int)] = []
    for _ in 0..<count {
      splits.append((instructions.count, newState()))
      try append(.accept)
      try add(node)
    }
    for split in splits {
      instructions[split.place] = .split(other: instructions.count, prefersOther: prefersNone, state: split.state)
    }
  }
}

extension PatternNode {
  /// The set of a node that matches one scalar.
  var asSet: ScalarRanges? {
    switch self {
    case .literal(let scalar): ScalarRanges(scalar...scalar)
    case .set(let set): set
    default: nil
    }
  }
}
