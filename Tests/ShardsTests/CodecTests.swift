import Foundation
import JSON
import Shards
import Testing

@Suite struct CodecTests {
  static let compressed: [Codec] = [.gzip, .lz4, .zstd]

  static let texts = (0..<40).map { "Document \($0) says the same thing \($0 * $0 % 7) times, says document \($0)." }

  /// A shard of `texts` in frames of about `frameBytes`.
  func written(_ folder: TemporaryFolder, _ name: String, frameBytes: Int = 1 << 20) throws -> ShardFile {
    let writer = try ShardWriter(path: folder.path + "/" + name, frameBytes: frameBytes)
    for text in Self.texts { try writer.write(text) }
    try writer.close()
    #expect(writer.documents == Self.texts.count)
    return try #require(ShardFile(path: writer.path))
  }

  @Test(arguments: [Codec.plain] + compressed, ["txt", "jsonl"])
  func whatIsWrittenIsReadBack(codec: Codec, format: String) throws {
    for frameBytes in [1, 700, 1 << 20] {
      let folder = try TemporaryFolder()
      let shard = try written(folder, "a.\(format)\(codec.pathExtension)", frameBytes: frameBytes)
      for readAhead in [0, 2] {
        let reader = try DocumentReader(shard, source: CorpusSource(shards: []), readAhead: readAhead)
        #expect(try all(reader).map(\.text) == Self.texts, "frames of \(frameBytes)")
      }
    }
  }

  @Test(arguments: [Codec.plain] + compressed)
  func theSameDocumentsGiveTheSameBytes(codec: Codec) throws {
    let folder = try TemporaryFolder()
    let first = try written(folder, "a.jsonl\(codec.pathExtension)")
    let second = try written(folder, "b.jsonl\(codec.pathExtension)")
    #expect(FileManager.default.contents(atPath: first.path) == FileManager.default.contents(atPath: second.path))
  }

  @Test(arguments: [("gzip", ["-n"], ".gz"), ("lz4", ["-q"], ".lz4"), ("zstd", ["-q"], ".zst")])
  func filesOfTheCommandLineToolsAreRead(tool: String, flags: [String], suffix: String) throws {
    guard let path = ["/usr/bin/", "/bin/", "/usr/local/bin/"].map({ $0 + tool }).first(where: executable) else {
      print("skipped: \(tool) is not installed")
      return
    }
    let folder = try TemporaryFolder()
    let plain = try written(folder, "a.txt")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = flags + ["-c", plain.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    let shard = try folder.shard("b.txt" + suffix, bytes)
    #expect(try all(DocumentReader(shard, source: CorpusSource(shards: []))).map(\.text) == Self.texts)
  }

  @Test(arguments: compressed)
  func everyTruncationIsAnError(codec: Codec) throws {
    let folder = try TemporaryFolder()
    let bytes = try contents(written(folder, "a.txt\(codec.pathExtension)"))
    for count in 0..<bytes.count {
      let shard = try folder.shard("b.txt\(codec.pathExtension)", Array(bytes[..<count]))
      for readAhead in count % 16 == 0 ? [0, 4] : [0] {
        let error = #expect(throws: ShardError.self, "\(count) of \(bytes.count) bytes") {
          try all(DocumentReader(shard, source: CorpusSource(shards: []), readAhead: readAhead))
        }
        guard case .damaged(shard.name, let byte, _, .truncated) = error else {
          Issue.record("\(count) bytes: \(String(describing: error))")
          continue
        }
        #expect(byte <= UInt64(count) && error?.exitCode == 65)
      }
    }
    #expect(
      try all(DocumentReader(folder.shard("b.txt\(codec.pathExtension)", bytes), source: CorpusSource(shards: [])))
        .map(\.text) == Self.texts)
  }

  @Test(arguments: compressed)
  func aFlippedBitNeverGivesOtherText(codec: Codec) throws {
    let folder = try TemporaryFolder()
    let bytes = try contents(written(folder, "a.txt\(codec.pathExtension)"))
    var caught = 0
    for bit in stride(from: 0, to: 8 * bytes.count, by: 3) {
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      let shard = try folder.shard("b.txt\(codec.pathExtension)", changed)
      do {
        let texts = try all(DocumentReader(shard, source: CorpusSource(shards: []), readAhead: 0)).map(\.text)
        #expect(texts == Self.texts, "bit \(bit)")
      } catch let error as ShardError {
        guard case .damaged = error else {
          Issue.record("bit \(bit): \(error)")
          continue
        }
        caught += 1
      }
    }
    #expect(caught > 2 * bytes.count, "\(caught) of \(8 * bytes.count / 3) flips caught")
  }

  @Test(arguments: compressed)
  func foreignBytesBehindTheEndAreAnError(codec: Codec) throws {
    let folder = try TemporaryFolder()
    let bytes = try contents(written(folder, "a.txt\(codec.pathExtension)"))
    let shard = try folder.shard("b.txt\(codec.pathExtension)", bytes + Array("garbage".utf8))
    let reader = try DocumentReader(shard, source: CorpusSource(shards: []), readAhead: 0)
    #expect(
      throws: ShardError.damaged(
        shard: shard.name, byte: UInt64(bytes.count), documents: Self.texts.count - 1, damage: .trailingBytes)
    ) { try all(reader) }
  }

  @Test func skippableFramesAreSteppedOver() throws {
    let folder = try TemporaryFolder()
    let skippable: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
    for codec in [Codec.lz4, .zstd] {
      let bytes = try contents(written(folder, "a.txt\(codec.pathExtension)"))
      let shard = try folder.shard("b.txt\(codec.pathExtension)", skippable + bytes + skippable + bytes)
      let documents = try all(DocumentReader(shard, source: CorpusSource(shards: [], document: .line)))
      #expect(documents.map(\.text) == Self.texts + Self.texts, "\(codec)")
    }
  }

  @Test func theExtensionMustTellTheCodec() throws {
    let folder = try TemporaryFolder()
    let gzip = try contents(written(folder, "a.txt.gz"))
    let zstd = try contents(written(folder, "a.txt.zst"))
    let cases: [(String, [UInt8], Codec, Codec?)] = [
      ("1.txt.gz", Array("plain text".utf8), .gzip, nil), ("2.txt.gz", zstd, .gzip, .zstd),
      ("3.txt", gzip, .plain, .gzip), ("4.txt.lz4", gzip, .lz4, .gzip), ("5.txt.zst", Array("text".utf8), .zstd, nil),
    ]
    for (name, bytes, expected, found) in cases {
      let shard = try folder.shard(name, bytes)
      let damage = Damage.wrongCodec(expected: expected, found: found)
      #expect(throws: ShardError.damaged(shard: name, byte: 0, documents: 0, damage: damage)) {
        try all(DocumentReader(shard, source: CorpusSource(shards: [])))
      }
    }
  }

  @Test(arguments: compressed)
  func damagedShardsEndWhereTheDamageBeginsOnRequest(codec: Codec) throws {
    let folder = try TemporaryFolder()
    let bytes = try contents(written(folder, "a.txt\(codec.pathExtension)", frameBytes: 700))
    let shard = try folder.shard("b.txt\(codec.pathExtension)", Array(bytes[..<(bytes.count * 2 / 3)]))
    for readAhead in [0, 4] {
      let source = CorpusSource(shards: [], onBadShard: .skip)
      let reader = try DocumentReader(shard, source: source, readAhead: readAhead)
      let documents = try all(reader)
      #expect(documents.count > 5 && documents.map(\.text) == Array(Self.texts[..<documents.count]))
      guard case .damaged(_, let byte, let count, .truncated) = reader.damage else {
        Issue.record("\(String(describing: reader.damage))")
        continue
      }
      #expect(count == documents.count && byte > 0)
      #expect(try reader.next() == nil)
    }
  }

  @Test(arguments: [(Codec.gzip, 80 << 20), (.lz4, 80 << 20), (.zstd, 80 << 20)])
  func bombsAreRefused(codec: Codec, size: Int) throws {
    let folder = try TemporaryFolder()
    let writer = try ShardWriter(path: folder.path + "/a.txt\(codec.pathExtension)", document: .line)
    let line = String(repeating: "0", count: (4 << 20) - 1)
    for _ in 0..<(size >> 22) { try writer.write(line) }
    try writer.close()
    let shard = try #require(ShardFile(path: writer.path))
    let error = #expect(throws: ShardError.self) {
      try all(DocumentReader(shard, source: CorpusSource(shards: [], onBadRecord: .skip, onBadShard: .skip)))
    }
    guard case .expandsTooMuch(_, _, let decoded, 200) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(decoded < 70 << 20 && error?.exitCode == 77)
    var patient = CorpusSource(shards: [])
    patient.maximumRatio = .max
    patient.document = .line
    #expect(try all(DocumentReader(shard, source: patient)).count == size >> 22)
  }

  @Test func textsThatWouldNotComeBackAreRefusedByTheWriter() throws {
    let folder = try TemporaryFolder()
    let writer = try ShardWriter(path: folder.path + "/a.txt")
    for text in ["a\n\nb", "\na", "a\n", "", "a\r", " \t"] {
      #expect(throws: ShardError.unseparable(path: writer.path, document: 1)) { try writer.write(text) }
    }
    #expect(throws: ShardError.unknownExtension(path: "a.csv")) { try ShardWriter(path: "a.csv") }
  }

  @Test func anUnfinishedShardLeavesNothing() throws {
    let folder = try TemporaryFolder()
    do {
      let writer = try ShardWriter(path: folder.path + "/a.txt")
      try writer.write("text")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }
}

private func contents(_ shard: ShardFile) throws -> [UInt8] {
  [UInt8](try #require(FileManager.default.contents(atPath: shard.path)))
}

private func executable(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }
