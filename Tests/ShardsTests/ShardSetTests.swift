import Foundation
import Shards
import Testing

@Suite struct ShardSetTests {
  /// A tree of shards and other files.
  func tree() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in [
      "b.txt", "a.jsonl.gz", "notes.md", ".hidden.txt", "sub/c.csv.zst", "sub/deep/d.tsv.lz4", ".git/e.txt",
      "sub/f.txt",
    ] {
      _ = try folder.write(name, [])
    }
    return folder
  }

  func names(_ folder: TemporaryFolder, _ shards: [String]) throws -> [String] {
    try ShardSet(resolving: CorpusSource(shards: shards), relativeTo: folder.path).shards.map(\.name)
  }

  @Test func foldersStandForAllShardsBelow() throws {
    let folder = try tree()
    let all = ["a.jsonl.gz", "b.txt", "sub/c.csv.zst", "sub/deep/d.tsv.lz4", "sub/f.txt"]
    #expect(try names(folder, ["."]) == all)
    #expect(try names(folder, [folder.path + "/"]) == all)
    #expect(try names(folder, ["sub"]) == ["c.csv.zst", "deep/d.tsv.lz4", "f.txt"])
  }

  @Test func globsAndListsAreSortedAndUnique() throws {
    let folder = try tree()
    #expect(try names(folder, ["*.txt"]) == ["b.txt"])
    #expect(try names(folder, ["**/*.txt"]) == ["b.txt", "sub/f.txt"])
    #expect(try names(folder, ["s*/*.csv.*"]) == ["c.csv.zst"])
    #expect(
      try names(folder, ["sub/f.txt", "b.txt", "./sub//f.txt", "[ab].*"]) == ["a.jsonl.gz", "b.txt", "sub/f.txt"])
  }

  @Test func formatsAndCodecsComeFromTheExtension() throws {
    let folder = try tree()
    let shards = try ShardSet(resolving: CorpusSource(shards: ["."]), relativeTo: folder.path).shards
    #expect(shards.map(\.format) == [.jsonl, .txt, .csv, .tsv, .txt])
    #expect(shards.map(\.codec) == [.gzip, .plain, .zstd, .lz4, .plain])
    #expect(ShardFile(path: "x.bin") == nil && ShardFile(path: "x.gz") == nil && ShardFile(path: "X.JSONL.GZ") != nil)
  }

  @Test func aPatternWithoutMatchSaysWhatThereIs() throws {
    let folder = try tree()
    let error = #expect(throws: ShardError.self) { try names(folder, ["*.jsonl.zst"]) }
    #expect(error == .noMatch(pattern: "*.jsonl.zst", hint: "\(folder.path) holds 1 *.jsonl.gz, 1 *.txt"))
    #expect(error?.exitCode == 64)
    #expect(throws: ShardError.notFound(path: folder.path + "/none.txt")) { try names(folder, ["none.txt"]) }
    #expect(throws: ShardError.unknownExtension(path: folder.path + "/notes.md")) { try names(folder, ["n*"]) }
    #expect(throws: ShardError.self) { try names(folder, []) }
  }

  @Test(.timeLimit(.minutes(1))) func whatOnlyLooksLikeAShardIsRefusedWithoutBlocking() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.path + "/pipe.txt"
    #expect(mkfifo(pipe, 0o600) == 0)
    for pattern in ["pipe.txt", "*.txt", "."] {
      #expect(throws: ShardError.notRegularFile(path: pipe, kind: "a pipe")) {
        try names(folder, [pattern])
      }
    }
    let shard = try #require(ShardFile(path: pipe))
    #expect(throws: ShardError.notRegularFile(path: pipe, kind: "a pipe")) {
      try DocumentReader(shard, source: CorpusSource(shards: []))
    }
    let device = try #require(ShardFile(path: folder.path + "/null.txt"))
    try FileManager.default.createSymbolicLink(atPath: device.path, withDestinationPath: "/dev/null")
    #expect(throws: ShardError.notRegularFile(path: device.path, kind: "a device")) {
      try DocumentReader(device, source: CorpusSource(shards: []))
    }
    let loop = try #require(ShardFile(path: folder.path + "/loop.txt"))
    try FileManager.default.createSymbolicLink(atPath: loop.path, withDestinationPath: loop.path)
    #expect(throws: ShardError.unreadable(path: loop.path, errno: ELOOP)) {
      try DocumentReader(loop, source: CorpusSource(shards: []))
    }
  }

  @Test func foldersNamedLikeShardsAreRefused() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("x.txt/a.txt", [])
    for pattern in ["x.txt", "*.txt", "."] {
      #expect(throws: ShardError.notRegularFile(path: folder.path + "/x.txt", kind: "a folder")) {
        try ShardSet(resolving: CorpusSource(shards: [folder.path + "/" + pattern]))
      }
    }
  }
}
