/// What a crash leaves of the operations that came before it.
public enum CrashModel: String, CaseIterable, Sendable {
  /// The process is killed: everything it asked for is there.
  case processKill
  /// The power fails under a file system that promises no more than POSIX: any part of what was not synchronized
  /// survives. Synchronizing a file brings its bytes and not its name; a folder, its names.
  case weakestPOSIX
  /// The power fails under a file system like ext4: changes of names survive in order, any fsync commits all of them
  /// so far, and bytes not synchronized may be missing.
  case journaledNames
}

/// The file systems that a crash can leave, at every place of a recording (Pillai et al. 2014, "All File Systems Are
/// Not Created Equal").
public struct CrashStates {
  /// An effect of an event on the volume.
  fileprivate enum Effect {
    case names([(folder: Int, name: String, node: Int?)])
    case write(node: Int, offset: Int, bytes: [UInt8])
    case cut(node: Int, bytes: Int)
  }

  fileprivate struct Step {
    var effect: Effect
    /// The index of its event.
    var event: Int
    /// The event that brings it to the disk under weakest POSIX and for file bytes; none if nothing does.
    var synchronized: Int?
  }

  private let events: [FileEvent]
  private let steps: [Step]
  /// Kind of every node ever made, with links' targets.
  private let empty: [Int: MemoryFileSystem.Node]
  /// Events that commit the journal.
  private let commits: [Int]

  /// The crashes of a recording that began on an empty volume.
  public init(_ events: [FileEvent]) {
    self.events = events
    var builder = Builder()
    for (index, event) in events.enumerated() { builder.add(event, index) }
    steps = builder.steps
    empty = builder.empty
    commits = builder.commits
  }

  /// How many places there are: before the first event, and after each.
  public var placeCount: Int { events.count + 1 }

  /// The notes made before `place`.
  public func marks(before place: Int) -> [String] {
    events[..<place].compactMap { if case .mark(let text) = $0 { text } else { nil } }
  }

  /// Calls `visit` with every state, or with `limit` sampled ones where there are more, that a crash after the first
  /// `place` events can leave. A write that came last is also torn after 0, 1, half and all but one of its bytes.
  public func visit(
    place: Int, model: CrashModel, limit: Int, seed: UInt64, _ visit: (MemoryFileSystem) throws -> Void
  ) rethrows {
    var torn: [Int?] = [nil]
    if place > 0, case .write(_, _, let bytes) = events[place - 1] {
      torn += Set([0, 1, bytes.count / 2, bytes.count - 1]).sorted().map { $0 }
    }
    var random = SplitMix(state: seed ^ UInt64(place) &* 0x9E37_79B9_7F4A_7C15)
    for cut in torn {
      switch model {
      case .processKill: try visit(volume(place, cut) { _ in true })
      case .weakestPOSIX: try visitSubsets(place, cut, limit, &random, visit)
      case .journaledNames: try visitJournal(place, cut, limit, &random, visit)
      }
    }
  }

  /// Every choice among the effects not synchronized, up to `limit` of them.
  private func visitSubsets(
    _ place: Int, _ cut: Int?, _ limit: Int, _ random: inout SplitMix, _ visit: (MemoryFileSystem) throws -> Void
  ) rethrows {
    let loose = steps.indices.filter { steps[$0].event < place && !isSynchronized($0, place) }
    let isExhaustive = loose.count < 60 && 1 << loose.count <= limit
    let count = isExhaustive ? 1 << loose.count : limit
    for choice in 0..<count {
      var kept: Set<Int> = []
      // The first two samples are nothing and everything; then every density of survivors occurs.
      let density = choice == 0 ? 0 : choice == 1 ? 8 : 1 + choice % 7
      for (bit, step) in loose.enumerated() {
        let stays = isExhaustive ? choice >> bit & 1 == 1 : random.next() % 8 < density
        if stays { kept.insert(step) }
      }
      try visit(volume(place, cut) { isSynchronized($0, place) || kept.contains($0) })
    }
  }

  /// Every length of the journal since its last commit, with loose bytes all, none, or some there.
  private func visitJournal(
    _ place: Int, _ cut: Int?, _ limit: Int, _ random: inout SplitMix, _ visit: (MemoryFileSystem) throws -> Void
  ) rethrows {
    let commit = commits.last { $0 < place } ?? -1
    let names = steps.indices.filter { isName($0) && steps[$0].event > commit && steps[$0].event < place }
    let bytes = steps.indices.filter { !isName($0) && steps[$0].event < place && !isSynchronized($0, place) }
    let variants = bytes.isEmpty ? 1 : min(1 << min(bytes.count, 20), max(limit / (names.count + 1), 3))
    for length in 0...names.count {
      let journal = Set(names.prefix(length))
      for variant in 0..<variants {
        let kept = Set(
          bytes.filter { _ in variant == 0 ? false : variant == 1 ? true : random.next() & 1 == 1 })
        try visit(
          volume(place, cut) { step in
            if isName(step) { return steps[step].event <= commit || journal.contains(step) }
            return isSynchronized(step, place) || kept.contains(step)
          })
      }
    }
  }

  private func isSynchronized(_ step: Int, _ place: Int) -> Bool {
    steps[step].synchronized.map { $0 < place } ?? false
  }

  private func isName(_ step: Int) -> Bool {
    if case .names = steps[step].effect { true } else { false }
  }

  /// The volume after the effects that survive, applied in order; the last event's write is cut to `cut` bytes.
  private func volume(_ place: Int, _ cut: Int?, _ survives: (Int) -> Bool) -> MemoryFileSystem {
    var folders: [Int: [String: Int]] = [:]
    var files: [Int: [UInt8]] = [:]
    for (index, step) in steps.enumerated() where step.event < place && survives(index) {
      switch step.effect {
      case .names(let changes):
        for change in changes { folders[change.folder, default: [:]][change.name] = change.node }
      case .write(let node, let offset, let bytes):
        let bytes = step.event == place - 1 ? bytes.prefix(cut ?? bytes.count) : bytes[...]
        files[node, default: []].overwrite(at: offset, bytes)
      case .cut(let node, let count):
        files[node] = Array(files[node, default: []].prefix(count))
      }
    }
    var nodes = empty
    for (node, kind) in empty {
      switch kind {
      case .folder: nodes[node] = .folder(folders[node] ?? [:])
      case .file: nodes[node] = .file(files[node] ?? [])
      case .link: break
      }
    }
    return MemoryFileSystem(nodes: nodes)
  }
}

extension CrashStates {
  /// Turns events into effects on nodes, following names as a running system sees them.
  fileprivate struct Builder {
    var steps: [Step] = []
    var empty: [Int: MemoryFileSystem.Node] = [0: .folder([:])]
    var commits: [Int] = []
    private var folders: [Int: [String: Int]] = [0: [:]]
    private var files: [Int: Int] = [:]

    mutating func add(_ event: FileEvent, _ index: Int) {
      switch event {
      case .create(let path, let file): files[file] = make(.file([]), path, index)
      case .open(let path, let file): files[file] = node(path)
      case .makeFolder(let path): folders[make(.folder([:]), path, index)] = [:]
      case .makeLink(let path, let target): _ = make(.link(target), path, index)
      case .write(let file, let offset, let bytes):
        if let node = files[file] { add(.write(node: node, offset: offset, bytes: bytes), index) }
      case .truncate(let file, let bytes):
        if let node = files[file] { add(.cut(node: node, bytes: bytes), index) }
      case .rename(let from, let to):
        guard let source = place(from), let target = place(to), let moved = node(from) else { return }
        setNames([(source.folder, source.name, nil), (target.folder, target.name, moved)], index)
      case .removeFile(let path), .removeFolder(let path):
        if let place = place(path) { setNames([(place.folder, place.name, nil)], index) }
      case .synchronize(let file):
        commits.append(index)
        if let node = files[file] { synchronize(index) { $0.isBytes(of: node) } }
      case .synchronizeFolder(let path):
        commits.append(index)
        if let folder = node(path) { synchronize(index) { $0.isNames(in: folder) } }
      case .mark: break
      }
    }

    private mutating func synchronize(_ index: Int, _ concerns: (Effect) -> Bool) {
      for step in steps.indices where steps[step].synchronized == nil && concerns(steps[step].effect) {
        steps[step].synchronized = index
      }
    }

    private mutating func make(_ kind: MemoryFileSystem.Node, _ path: String, _ index: Int) -> Int {
      let node = empty.count
      empty[node] = kind
      if let place = place(path) { setNames([(place.folder, place.name, node)], index) }
      return node
    }

    private mutating func setNames(_ changes: [(folder: Int, name: String, node: Int?)], _ index: Int) {
      for change in changes { folders[change.folder, default: [:]][change.name] = change.node }
      add(.names(changes), index)
    }

    private mutating func add(_ effect: Effect, _ index: Int) {
      steps.append(Step(effect: effect, event: index, synchronized: nil))
    }

    private func place(_ path: String) -> (folder: Int, name: String)? {
      node(Paths.parent(of: path)).map { ($0, Paths.name(of: path)) }
    }

    private func node(_ path: String) -> Int? {
      var node = 0
      for name in path.split(separator: "/") where name != "." {
        guard let next = folders[node]?[String(name)] else { return nil }
        node = next
      }
      return node
    }
  }
}

extension CrashStates.Effect {
  fileprivate func isBytes(of wanted: Int) -> Bool {
    switch self {
    case .write(let node, _, _), .cut(let node, _): node == wanted
    case .names: false
    }
  }

  fileprivate func isNames(in wanted: Int) -> Bool {
    if case .names(let changes) = self { changes.allSatisfy { $0.folder == wanted } } else { false }
  }
}

extension [UInt8] {
  /// Puts `bytes` at `offset`, with zeros before it where the array is too short.
  fileprivate mutating func overwrite(at offset: Int, _ bytes: ArraySlice<UInt8>) {
    if bytes.isEmpty { return }
    let end = offset + bytes.count
    if count < end { append(contentsOf: repeatElement(0, count: end - count)) }
    replaceSubrange(offset..<end, with: bytes)
  }
}

/// Steele, Lea and Flood 2014: numbers for sampling, from a fixed seed.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
