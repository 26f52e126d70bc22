import Dispatch
import Synchronization

extension ShardIndex {
  /// An index of all shards and a report on their documents, made in one pass that also digests the files.
  ///
  /// Shards are read by several threads; the result does not depend on how many.
  /// - Parameters:
  ///   - workers: threads to read with.
  ///   - isCancelled: asked on the caller's thread while the others read; they stop after the block under way.
  ///   - progress: called after each shard, from any thread, with the number of finished shards.
  /// - Throws: the error of the first shard, by name, that has one; `cancelled` if somebody asked for it.
  public static func build(
    _ set: ShardSet, source: CorpusSource, workers: Int = 1, isCancelled: () -> Bool = { false },
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(ShardError) -> (index: ShardIndex, report: CorpusReport) {
    let build = IndexBuild(set, source: source, readAhead: workers > 1 ? 0 : 4, progress: progress)
    let readers = DispatchGroup()
    for _ in 0..<max(1, min(workers, set.shards.count)) {
      DispatchQueue.global().async(group: readers) { build.read() }
    }
    while readers.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
      if isCancelled() { build.pass.cancel() }
    }
    return try build.result()
  }
}

/// What a pass over the shards asks of their streams beside the text: a digest of each file, and to end early if nobody
/// wants it any more.
final class IndexingPass: Sendable {
  private let cancelled = Atomic(false)

  func cancel() { cancelled.store(true, ordering: .relaxed) }
  func isCancelled() -> Bool { cancelled.load(ordering: .relaxed) }
}

/// The shards that are left to read, and what was found in the others.
private final class IndexBuild: Sendable {
  typealias Part = (entry: ShardIndex.Entry, report: CorpusReport)

  private struct Work {
    var next = 0
    var finished = 0
    var parts: [Int: Result<Part, ShardError>] = [:]
    var hasFailed = false
  }

  let pass = IndexingPass()
  private let set: ShardSet
  private let source: CorpusSource
  private let readAhead: Int
  private let progress: (@Sendable (Int) -> Void)?
  private let work = Mutex(Work())

  init(_ set: ShardSet, source: CorpusSource, readAhead: Int, progress: (@Sendable (Int) -> Void)?) {
    self.set = set
    self.source = source
    self.readAhead = readAhead
    self.progress = progress
  }

  /// Reads one shard after the other until none is left or one has failed.
  func read() {
    while let place = take() {
      let part = Result { () throws(ShardError) in try self.part(of: place) }
      let finished = work.withLock { work in
        work.parts[place] = part
        work.finished += 1
        if case .failure = part { work.hasFailed = true }
        return work.finished
      }
      progress?(finished)
    }
  }

  /// The index and the report, in the order of the shards.
  func result() throws(ShardError) -> (index: ShardIndex, report: CorpusReport) {
    let parts = work.withLock { $0.parts }
    var entries: [ShardIndex.Entry] = []
    var report = CorpusReport()
    for place in parts.keys.sorted() {
      guard let part = try parts[place]?.get() else { continue }
      entries.append(part.entry)
      report.add(part.report)
    }
    return (ShardIndex(entries), report)
  }

  private func take() -> Int? {
    work.withLock { work in
      guard work.next < set.shards.count, !work.hasFailed else { return nil }
      work.next += 1
      return work.next - 1
    }
  }

  private func part(of place: Int) throws(ShardError) -> Part {
    let shard = set.shards[place]
    if pass.isCancelled() { throw .cancelled }
    let file = try InputFile(path: shard.path)
    let reader = try DocumentReader(
      shard, index: place, source: source, from: nil, readAhead: readAhead, indexing: pass)
    var report = CorpusReport()
    while let document = try reader.next() { report.add(document, in: shard.name) }
    report.add(reader.skipped, damage: reader.damage, of: shard.name)
    // With read-ahead the damaged stream is out of reach: its digest takes a second reading.
    var sha256 = try reader.sha256()
    if sha256 == nil { sha256 = try file.sha256 { pass.isCancelled() } }
    let entry = ShardIndex.Entry(
      name: shard.name, bytes: file.size, modified: file.modified, sha256: sha256 ?? "",
      documents: reader.position.ordinal, textBytes: reader.position.textBytes, skipped: reader.skipped.skipped,
      repaired: reader.skipped.repaired, isDamaged: reader.damage != nil)
    return (entry, report)
  }
}
