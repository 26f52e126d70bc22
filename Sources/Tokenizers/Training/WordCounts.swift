import Dispatch
import DurableFiles
import Synchronization

/// How often each word occurs, and in how many documents, counted by several threads within a bound on memory.
///
/// Above the bound a thread writes its words, sorted, to a temporary file and goes on with an empty table; in the end
/// the runs are merged. The counts are exact whatever the bound, the number of threads and the order of documents.
struct WordCounts: Sendable {
  private let splitter: DocumentWords
  private let maximumBytes: Int
  private let countingBytes: Int
  private let spillFile: SpillFile
  /// One for each thread.
  private var counters: [WordCounter]
  private(set) var documentCount = 0
  private(set) var byteCount = 0

  /// Counts in at most `maximumBytes` of memory and beyond that in a file in `folder`, `$TMPDIR` or `/tmp` if nil.
  /// `countingBytes` is another bound for the tables alone.
  init(
    _ splitter: DocumentWords, threads: Int = 1, maximumBytes: Int, countingBytes: Int? = nil, folder: String? = nil,
    fileSystem: any FileSystem = RealFileSystem()
  ) {
    self.splitter = splitter
    self.maximumBytes = maximumBytes
    self.countingBytes = countingBytes ?? maximumBytes
    spillFile = SpillFile(folder: folder, fileSystem: fileSystem)
    counters = Array(repeating: WordCounter(), count: max(1, threads))
  }

  /// What one thread's table may hold. While it grows, its old half is there too: a quarter leaves room for that.
  private var tableBytes: Int { max(1 << 16, countingBytes / 4 / counters.count) }

  /// Text bytes that a thread takes at once.
  private static let pieceBytes = 1 << 16

  /// True once words were written to a file.
  var isSpilled: Bool { counters.contains { !$0.runs.isEmpty } }

  /// Counts the words of one document.
  mutating func add(_ text: String) throws(TokenizerError) {
    do throws(FileError) {
      try counters[0].add(text, number: documentCount, splitter, tableBytes: tableBytes, spillFile)
    } catch { throw .temporaryFile(cause: "\(error)") }
    documentCount += 1
    byteCount += text.utf8.count
  }

  /// Counts the words of documents, several threads at once.
  mutating func add(_ documents: [String]) throws(TokenizerError) {
    let pieces = Self.pieces(of: documents)
    let (splitter, tableBytes, spillFile, firstNumber) = (splitter, tableBytes, spillFile, documentCount)
    let next = Atomic(0)
    let failure = Mutex<FileError?>(nil)
    let threads = min(counters.count, pieces.count)
    let shared = Mutex(counters)
    counters = []
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      var counter = shared.withLock { counters in
        defer { counters[thread] = WordCounter.taken }
        return counters[thread]
      }
      defer { shared.withLock { $0[thread] = counter } }
      do throws(FileError) {
        while true {
          let piece = next.add(1, ordering: .relaxed).oldValue
          guard piece < pieces.count, failure.withLock({ $0 == nil }) else { return }
          for place in pieces[piece] {
            try counter.add(
              documents[place], number: firstNumber + place, splitter, tableBytes: tableBytes, spillFile)
          }
        }
      } catch { failure.withLock { $0 = error } }
    }
    counters = shared.withLock { $0 }
    if let error = failure.withLock({ $0 }) { throw .temporaryFile(cause: "\(error)") }
    documentCount += documents.count
    byteCount += documents.reduce(0) { $0 + $1.utf8.count }
  }

  private static func pieces(of documents: [String]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var (start, bytes) = (0, 0)
    for (place, document) in documents.enumerated() {
      bytes += document.utf8.count
      guard bytes >= pieceBytes || place == documents.count - 1 else { continue }
      pieces.append(start..<place + 1)
      (start, bytes) = (place + 1, 0)
    }
    return pieces
  }

  /// The words that occur in enough documents, and the counts are gone afterwards.
  ///
  /// Where training on them would take more than the bound, the rarest are left out: all that occur at most
  /// `droppedThreshold` times, the smallest number that makes the others fit. It follows from the counts alone.
  mutating func takeWords(minimumDocuments: Int, letterBytes: Int = 32) throws(TokenizerError) -> SelectedWords {
    let tables = counters
    counters = Array(repeating: WordCounter(), count: tables.count)
    do throws(FileError) {
      return try WordSource(tables, spillFile).select(
        minimumDocuments: minimumDocuments, maximumBytes: maximumBytes, letterBytes: letterBytes)
    } catch { throw .temporaryFile(cause: "\(error)") }
  }
}

/// The table of one thread, and the runs it wrote before.
struct WordCounter: Sendable {
  var table = WordTable()
  private(set) var runs: [WordRun] = []

  /// Stands where a thread has its counter; shared, so that it takes no memory each time.
  static let taken = WordCounter()

  mutating func add(
    _ text: String, number: Int, _ splitter: DocumentWords, tableBytes: Int, _ file: SpillFile
  ) throws(FileError) {
    try splitter.visit(text) { (word) throws(FileError) in
      table.add(word, document: number)
      if table.byteCount > tableBytes {
        try spill(to: file)
        // A table whose memory alone is above the bound would be written with every word.
        if table.byteCount > tableBytes / 2 { table = WordTable() }
      }
    }
  }

  /// Writes the table's words as a run.
  mutating func spill(to file: SpillFile) throws(FileError) {
    if table.count == 0 { return }
    runs.append(try WordRun(table, to: file))
    table.removeAll()
  }
}
