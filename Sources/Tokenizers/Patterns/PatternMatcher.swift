/// A search for a pattern in one text: backtracking, with a memory of failures once there are many of them.
///
/// A state of the program that failed at a place fails there again, whatever came before it: no counters and no
/// groups are compared. Remembering the failures bounds the work by states times bytes, where plain backtracking may
/// take exponential time (Davis, Servant and Lee, "Using Selective Memoization to Defeat Regular Expression Denial of
/// Service", 2021).
struct PatternMatcher {
  /// What to do when the current attempt fails.
  private struct Entry {
    enum Kind: UInt8 {
      /// Go on at `place` with instruction `target`.
      case retry
      /// Give back the last scalar of the run `place..<limit`.
      case shorten
      /// Take one more scalar of a lazy run.
      case lengthen
      /// A group's floor; `limit` is the floor around it.
      case group
      /// The state `target` failed at `place`, and at all places up to `limit`.
      case failed
    }

    let kind: Kind
    let target: Int
    let place: Int
    var limit: Int
  }

  private let program: PatternProgram
  private let instructions: [PatternProgram.Instruction]
  private let sets: ScalarSetTable
  private let text: UnsafeBufferPointer<UInt8>
  private var stack: [Entry] = []
  /// The place in `stack` of the innermost open group.
  private var floor = -1
  private var memory: PatternMemory?
  /// Failures, scanned bytes and dropped entries so far; beyond what the text's length allows, failures are remembered.
  private var work = 0

  /// Where `next` goes on, and where its last match ended.
  private var position = 0
  private var lastEnd: Int?

  init(_ pattern: Pattern, _ text: UnsafeBufferPointer<UInt8>) {
    program = pattern.program
    instructions = program.instructions
    sets = program.sets
    self.text = text
  }

  /// The next match after the ones already given; never an empty one where the last one ended.
  mutating func next() -> Range<Int>? {
    while position <= text.count, let match = match(from: position) {
      if !match.isEmpty || match.lowerBound != lastEnd {
        position = match.upperBound
        lastEnd = position
        return match
      }
      position += position < text.count ? UTF8Text.scalar(in: text, at: position).length : 1
    }
    return nil
  }

  /// The first match that begins at `start` or later.
  mutating func match(from start: Int) -> Range<Int>? {
    var place = start
    while place < text.count {
      if program.firstBytes[Int(text[place])], UTF8Text.isStart(text[place]), let end = end(ofMatchAt: place) {
        return place..<end
      }
      place += 1
    }
    if place == text.count, program.isNullable, let end = end(ofMatchAt: place) { return place..<end }
    return nil
  }

  /// The end of the match that begins at a place.
  private mutating func end(ofMatchAt start: Int) -> Int? {
    let allowance = 2000 + text.count * program.stateCount / 64 + 32 * start
    stack.removeAll(keepingCapacity: true)
    floor = -1
    var (counter, place) = (0, start)
    while true {
      var succeeds = true
      switch instructions[counter] {
      case .byte(let byte):
        succeeds = place < text.count && text[place] == byte
        place += 1
        counter += 1
      case .scalar(let set):
        let length = length(of: set, at: place)
        succeeds = length > 0
        place += length
        counter += 1
      case .run(let set, let maximum, let isPossessive, let state):
        if memory != nil {
          let run = Run(set: set, maximum: maximum, isPossessive: isPossessive, state: state)
          succeeds = takeRemembering(run, &counter, &place)
        } else {
          let end = endOfRun(set, from: place, maximum)
          if !isPossessive, end > place {
            stack.append(Entry(kind: .shorten, target: counter + 1, place: place, limit: end))
          }
          work += (end - place) >> 4
          place = end
          counter += 1
        }
      case .lazyRun(let set, let state):
        if memory != nil, let known = recall(state, &counter, &place) {
          succeeds = known
        } else {
          stack.append(Entry(kind: .lengthen, target: counter, place: place, limit: set))
          counter += 1
        }
      case .split(let other, let prefersOther, let state):
        if memory != nil, let known = recall(state, &counter, &place) {
          succeeds = known
        } else {
          let next = counter + 1
          stack.append(Entry(kind: .retry, target: prefersOther ? next : other, place: place, limit: 0))
          counter = prefersOther ? other : next
        }
      case .jump(let target):
        counter = target
      case .anchor(let anchor):
        succeeds = holds(anchor, at: place)
        counter += 1
      case .enter(let group, let next, let state):
        if memory != nil, let known = recall(state, &counter, &place) {
          succeeds = known
        } else {
          succeeds = enter(group, next, &counter, &place)
        }
      case .leave:
        succeeds = leave(&counter, &place)
      case .accept:
        return place
      }
      if succeeds { continue }
      work += 1
      if work > allowance, memory == nil {
        memory = PatternMemory(stateCount: program.stateCount, placeCount: text.count + 1)
        stack.removeAll(keepingCapacity: true)
        floor = -1
        (counter, place) = (0, start)
      } else if !backtrack(&counter, &place) {
        return nil
      }
    }
  }

  /// Takes up what the last failure left to try; false where nothing is left.
  private mutating func backtrack(_ counter: inout Int, _ place: inout Int) -> Bool {
    while let entry = stack.popLast() {
      counter = entry.target
      place = entry.place
      switch entry.kind {
      case .retry: return true
      case .shorten:
        var end = entry.limit - 1
        while !UTF8Text.isStart(text[end]) { end -= 1 }
        if end > entry.place {
          stack.append(Entry(kind: .shorten, target: entry.target, place: entry.place, limit: end))
        }
        place = end
        return true
      case .lengthen:
        let length = length(of: entry.limit, at: place)
        if length > 0 {
          place += length
          return true
        }
      case .group:
        floor = entry.limit
        if case .enter(let group, let next, _) = instructions[entry.target], group.isNegated {
          counter = next
          return true
        }
      case .failed:
        memory?.fail(entry.target, entry.place...max(entry.place, entry.limit))
      }
    }
    return false
  }

  // MARK: Conditions and groups

  private func holds(_ anchor: PatternAnchor, at place: Int) -> Bool {
    let isAtEnd = place == text.count
    switch anchor {
    case .textStart: return place == 0
    case .textEnd: return isAtEnd
    case .lineStart: return place == 0 || !isAtEnd && text[place - 1] == 0x0A
    case .lineEnd: return isAtEnd || text[place] == 0x0A
    case .lastLineEnd: return isAtEnd || place == text.count - 1 && text[place] == 0x0A
    case .wordBoundary: return isWord(before: place) != isWord(at: place)
    case .noWordBoundary: return isWord(before: place) == isWord(at: place)
    }
  }

  private func isWord(at place: Int) -> Bool {
    place < text.count && program.words.contains(UTF8Text.scalar(in: text, at: place).scalar)
  }

  private func isWord(before place: Int) -> Bool {
    guard let start = start(ofScalars: 1, before: place) else { return false }
    return isWord(at: start)
  }

  private func start(ofScalars count: Int, before place: Int) -> Int? {
    var start = place
    for _ in 0..<count {
      if start == 0 { return nil }
      repeat { start -= 1 } while !UTF8Text.isStart(text[start])
    }
    return start
  }

  private mutating func enter(
    _ group: PatternProgram.Group, _ next: Int, _ counter: inout Int, _ place: inout Int
  ) -> Bool {
    var start = place
    if case .behind(let length, let isNegated) = group {
      guard let before = self.start(ofScalars: length, before: place) else {
        counter = next
        return isNegated
      }
      start = before
    }
    stack.append(Entry(kind: .group, target: counter, place: place, limit: floor))
    floor = stack.count - 1
    place = start
    counter += 1
    return true
  }

  /// The innermost group has matched: what it left to try is dropped.
  private mutating func leave(_ counter: inout Int, _ place: inout Int) -> Bool {
    let entry = stack[floor]
    if memory != nil { rememberSuccesses(end: place) }
    work += stack.count - floor
    stack.removeSubrange(floor...)
    floor = entry.limit
    guard case .enter(let group, let next, _) = instructions[entry.target] else { return false }
    counter = next
    if group != .atomic { place = entry.place }
    return !group.isNegated
  }

  // MARK: Sets

  /// Bytes of the scalar at a place, 0 where it is not of the set.
  @inline(__always) private func length(of set: Int, at place: Int) -> Int {
    guard place < text.count else { return 0 }
    let byte = text[place]
    if byte < 0x80 { return sets.contains(ascii: byte, set: set) ? 1 : 0 }
    let (scalar, length) = UTF8Text.scalar(in: text, at: place)
    return sets.contains(scalar, set: set) ? length : 0
  }

  @inline(__always) private func endOfRun(_ set: Int, from start: Int, _ maximum: Int) -> Int {
    var (place, count) = (start, 0)
    while count < maximum {
      let length = length(of: set, at: place)
      if length == 0 { break }
      place += length
      count += 1
    }
    return place
  }

  // MARK: Memory

  private struct Run {
    let set: Int
    let maximum: Int
    let isPossessive: Bool
    let state: Int
  }

  /// What is known of a state: nil if nothing, and its failure is going to be noted.
  private mutating func recall(_ state: Int, _ counter: inout Int, _ place: inout Int) -> Bool? {
    if memory?.hasFailed(state, at: place) == true { return false }
    if floor >= 0, let end = memory?.success(of: state, at: place) {
      place = end
      return leave(&counter, &place)
    }
    stack.append(Entry(kind: .failed, target: state, place: place, limit: place))
    return nil
  }

  /// A run that stops where it has failed before: from there on nothing is left to try.
  private mutating func takeRemembering(_ run: Run, _ counter: inout Int, _ place: inout Int) -> Bool {
    if let known = recall(run.state, &counter, &place) { return known }
    let note = stack.count - 1
    let start = place
    var count = 0
    var meetsFailure = false
    while count < run.maximum {
      let length = length(of: run.set, at: place)
      if length == 0 { break }
      place += length
      count += 1
      if run.maximum == .max, memory?.hasFailed(run.state, at: place) == true {
        meetsFailure = true
        break
      }
    }
    if run.maximum == .max { stack[note].limit = place }
    if !run.isPossessive, place > start {
      stack.append(Entry(kind: .shorten, target: counter + 1, place: start, limit: place))
    }
    counter += 1
    return !meetsFailure
  }

  /// The states on the way to the end of the innermost group lead there again.
  private mutating func rememberSuccesses(end: Int) {
    for index in floor..<stack.count where stack[index].kind == .failed {
      let note = stack[index]
      var last = note.place
      if note.limit > note.place {
        // A run: every place up to where it stands now. What was not shortened, or can't be, stands at its limit.
        let isShortened = index + 1 < stack.count && stack[index + 1].kind == .shorten
        last = isShortened ? stack[index + 1].limit : note.place
      }
      memory?.succeed(note.target, note.place...last, end: end)
    }
  }
}

extension PatternProgram.Group {
  fileprivate var isNegated: Bool {
    switch self {
    case .atomic: false
    case .ahead(let isNegated), .behind(_, let isNegated): isNegated
    }
  }
}
