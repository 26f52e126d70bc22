import DurableFiles
import Foundation
import Testing

@testable import Tokenizers

@Suite("Counting words")
struct TrainingCountTests {
  private static let splitter = DocumentWords(
    normalizer: .bert(BertNormalizer(stripsAccents: false, lowercases: false)), splitter: .bert)

  /// Documents of words of three letters, from frequent to rare; some are empty, one is long.
  private static func documents(_ count: Int, seed: UInt64) -> [[String]] {
    var numbers = Numbers(seed: seed)
    return (0..<count).map { document in
      (0..<(document == 3 ? 4000 : numbers.below(60))).map { _ in
        let rank = numbers.below(1 + numbers.below(9000))
        return String(decoding: [rank / 625, rank / 25 % 25, rank % 25].map { UInt8(97 + $0) }, as: UTF8.self)
      }
    }
  }

  /// Counts and numbers of documents by definition.
  private static func counted(_ documents: [[String]]) -> [String: [Int]] {
    var counts: [String: [Int]] = [:]
    for document in documents {
      for word in document { counts[word, default: [0, 0]][0] += 1 }
      for word in Set(document) { counts[word, default: [0, 0]][1] += 1 }
    }
    return counts
  }

  private static func words(_ counts: inout WordCounts, minimumDocuments: Int = 1) throws -> [String: Int] {
    let words = try counts.takeWords(minimumDocuments: minimumDocuments).words
    let spelled = words.map { String(decoding: $0.word, as: UTF8.self) }
    #expect(spelled == spelled.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    return Dictionary(zip(spelled, words.map(\.count)), uniquingKeysWith: +)
  }

  @Test(arguments: [1, 2, 5], [0, 400_000, 1 << 30])
  func countsAreExactWhateverTheThreadsAndTheMemory(threads: Int, maximumBytes: Int) throws {
    let documents = Self.documents(900, seed: 7)
    let expected = Self.counted(documents)
    for minimumDocuments in [1, 2, 9] {
      // Words are told apart from what is left out for want of memory by a bound for counting alone.
      var counts = WordCounts(Self.splitter, threads: threads, maximumBytes: 1 << 30, countingBytes: maximumBytes)
      for document in documents[..<5] { try counts.add(document.joined(separator: " ")) }
      try counts.add(documents[5..<300].map { $0.joined(separator: " ") })
      try counts.add(documents[300...].map { $0.joined(separator: "\n") })
      #expect(counts.isSpilled == (maximumBytes < 1 << 30), "the bounds are to try both ways")
      #expect(counts.documentCount == 900)
      let found = try Self.words(&counts, minimumDocuments: minimumDocuments)
      #expect(found == expected.filter { $0.value[1] >= minimumDocuments }.mapValues { $0[0] })
    }
  }

  /// The table holds 64 KB, so that this document fills it many times.
  @Test func wordOfOneDocumentCountsOnceHoweverOftenItIsSpilled() throws {
    var counts = WordCounts(Self.splitter, maximumBytes: 1 << 30, countingBytes: 0)
    let text = (0..<20_000).map { "w\($0) name" }.joined(separator: " ")
    try counts.add(text)
    try counts.add("name")
    #expect(counts.isSpilled)
    var again = counts
    #expect(try Self.words(&counts, minimumDocuments: 2) == ["name": 20_001])
    #expect(try Self.words(&again, minimumDocuments: 3) == [:], "a copy has counts of its own")
  }

  /// By count: two words thrice, one twice, the others once, each of 4 bytes: 192 bytes to learn from. Three quarters
  /// of 600 hold two, of 1,000 three; the words of a count stay or go together.
  @Test(arguments: [(600, 2, ["aaaa", "bbbb"]), (1000, 1, ["aaaa", "bbbb", "cccc"])])
  func rarestWordsAreLeftOutWhereTheyDoNotFit(bytes: Int, threshold: Int, kept: [String]) throws {
    for threads in [1, 3] {
      var counts = WordCounts(Self.splitter, threads: threads, maximumBytes: bytes)
      try counts.add(["aaaa bbbb cccc", "eeee aaaa", "dddd bbbb cccc", "aaaa bbbb"])
      let selected = try counts.takeWords(minimumDocuments: 1)
      #expect(selected.droppedThreshold == threshold)
      #expect(selected.distinctCount == 5)
      #expect(selected.words.map { String(decoding: $0.word, as: UTF8.self) } == kept)
    }
  }

  @Test func nothingIsLeftBehindInTheFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "words-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var counts = WordCounts(Self.splitter, maximumBytes: 0, folder: folder)
    try counts.add((0..<9000).map { "w\($0)" }.joined(separator: " "))
    #expect(counts.isSpilled)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [], "while it is in use")
  }

  @Test func folderThatIsNotThereIsNamed() throws {
    var counts = WordCounts(Self.splitter, maximumBytes: 0, folder: "/nowhere/at/all")
    let text = (0..<9000).map { "w\($0)" }.joined(separator: " ")
    let error = try #require(throws: TokenizerError.self) { try counts.add(text) }
    #expect("\(error)".contains("/nowhere/at/all/") && "\(error)".contains("ENOENT"))
  }

  @Test(arguments: [(FileError.Operation.write, 3), (.read, 2), (.open, 1), (.removeFile, 1)])
  func failingDiskIsAnErrorAndNoOtherCounts(operation: FileError.Operation, occurrence: Int) throws {
    let disk = FaultyFileSystem(
      RealFileSystem(), FileFault(operation: operation, occurrence: occurrence, number: ENOSPC, isPersistent: false))
    var counts = WordCounts(Self.splitter, threads: 2, maximumBytes: 0, fileSystem: disk)
    let error = try #require(throws: TokenizerError.self) {
      for part in 0..<40 { try counts.add((0..<400).map { "w\(part * 400 + $0)" }) }
      _ = try counts.takeWords(minimumDocuments: 1)
    }
    #expect("\(error)".contains("ENOSPC"))
  }

  @Test func namesOfFewDocumentsBecomeNoPieces() throws {
    let documents = (0..<40).map { "plain words" + ($0 < 3 ? String(repeating: " Xanthippe", count: 50) : "") }
    for (minimum, isKept) in [(3, true), (4, false)] {
      var trainer = TokenizerTrainer(kind: .byteBPE, vocabularySize: 400, minimumDocuments: minimum, threads: 2)
      try trainer.add(documents)
      let tokenizer = try trainer.train()
      let pieces = (Int32(257)..<Int32(tokenizer.vocabularySize)).compactMap(tokenizer.token)
      #expect(pieces.contains { $0.contains("X") || $0.contains("pp") } == isKept, "\(pieces)")
      #expect(tokenizer.ids("plain words").count == 2)
    }
    var trainer = TokenizerTrainer(kind: .wordpiece, vocabularySize: 400, minimumDocuments: 41)
    try trainer.add(documents)
    #expect(throws: TokenizerError.noWords(minimumDocuments: 41, droppedThreshold: 0)) { try trainer.train() }
  }

  @Test(arguments: TokenizerKind.allCases, WordPieceScore.allCases)
  func vocabularyDoesNotDependOnThreadsOrOrderOrBatches(kind: TokenizerKind, score: WordPieceScore) throws {
    let documents = Self.documents(300, seed: 3).map { $0.joined(separator: " ") }
    func trained(_ threads: Int, _ documents: [String], batch: Int) throws -> String {
      var trainer = TokenizerTrainer(
        kind: kind, vocabularySize: 500, minimumDocuments: 2, wordPieceScore: score, threads: threads)
      for start in stride(from: 0, to: documents.count, by: batch) {
        try trainer.add(Array(documents[start..<min(documents.count, start + batch)]))
      }
      return try trainer.train().tokenizerJSON
    }
    let expected = try trained(1, documents, batch: 300)
    #expect(try trained(4, documents.reversed(), batch: 1) == expected)
    #expect(try trained(3, documents, batch: 70) == expected)
  }
}

/// Numbers that are the same every time (SplitMix64, Steele et al. 2014).
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ z >> 31) % UInt64(limit))
  }
}
