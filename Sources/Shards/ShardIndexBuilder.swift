import Dispatch
import Synchronization

extension ShardIndex {
  /// An index of all shards and a report on their documents, made in one pass that also digests the files.
  ///
  /// Shards are read by several threads; the result does not depend on how many.
  /// - Parameters:
  ///   - workers: threads to read with.
  ///   - progress: called after each shard, from any thread, with the number of finished shards.
  /// - Throws: the error of the first shard, by name, that has one.
  public static func build(
    _ set: ShardSet, source: CorpusSource, workers: Int = 1, progress: (@Sendable (Int) -> Void)? = nil
  ) throws(ShardError) -> (index: ShardIndex, report: CorpusReport) {
    typealias Result = Swift.Result<(Entry, CorpusReport), ShardError>
    struct Work {
      var next = 0
      var finished = 0
      var results: [Int: Result] = [:]
      var hasFailed = false
    }
    let work = Mutex(Work())
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, set.shards.count))) { _ in
      while true {
        let place = work.withLock { work -> Int? in
          guard work.next < set.shards.count, !work.hasFailed else { return nil }
          work.next += 1
          return work.next - 1
        }
        guard let place else { return }
        let result = Result { () throws(ShardError) in
          try entry(set.shards[place], at: place, source: source, readAhead: workers > 1 ? 0 : 4)
        }
        let finished = work.withLock { work in
          work.results[place] = result
          work.finished += 1
          if case .failure = result { work.hasFailed = true }
          return work.finished
        }
        progress?(finished)
      }
    }
    let results = work.withLock { $0.results }
    var entries: [Entry] = []
    var report = CorpusReport()
    for place in results.keys.sorted() {
      guard let (entry, part) = try results[place]?.get() else { continue }
      entries.append(entry)
      report.add(part)
    }
    return (ShardIndex(entries), report)
  }

  private static func entry(
    _ shard: ShardFile, at place: Int, source: CorpusSource, readAhead: Int
  ) throws(ShardError) -> (Entry, CorpusReport) {
    let file = try InputFile(path: shard.path)
    let reader = try DocumentReader(
      shard, index: place, source: source, from: nil, readAhead: readAhead, digesting: true)
    var report = CorpusReport()
    while let document = try reader.next() { report.add(document, in: shard.name) }
    report.add(reader.skipped, damage: reader.damage, of: shard.name)
    // With read-ahead the damaged stream is out of reach: its digest takes a second reading.
    let sha256: String
    if let digest = try reader.sha256() { sha256 = digest } else { sha256 = try file.sha256() }
    let entry = Entry(
      name: shard.name, bytes: file.size, modified: file.modified, sha256: sha256,
      documents: reader.position.ordinal, textBytes: reader.position.textBytes, skipped: reader.skipped.skipped,
      repaired: reader.skipped.repaired, isDamaged: reader.damage != nil)
    return (entry, report)
  }
}
