import DurableFiles
import Glibc
import Testing

/// A folder of its own for a test, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = "/tmp/cloze-\(getpid())-\(DurableFile.uniqueSuffix())"
    try RealFileSystem().makeFolder(path, mode: 0o700)
  }

  deinit { try? RealFileSystem().removeTree(path) }

  func callAsFunction(_ name: String) -> String { Paths.join(path, name) }
}

@Suite struct RealFileSystemTests {
  let disk = RealFileSystem()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func writtenBytesAreReadBack() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try disk.createFile(folder("a"), bytes: bytes)
    #expect(try disk.readBounded(folder("a"), limit: 100_000) == bytes)
    let file = try ReadableFile(folder("a"))
    #expect(file.bytes == 100_000)
    #expect(try file.read(at: 99_990, count: 10) == Array(bytes.suffix(10)))
    let error = #expect(throws: FileError.self) { try file.read(at: 99_991, count: 10) }
    #expect(error?.cause == .cutShort(at: 100_000))
  }

  @Test func aFileLargerThanTheLimitIsRefused() throws {
    try disk.createFile(folder("a"), bytes: [1, 2, 3])
    let error = #expect(throws: FileError.self) { try disk.readBounded(folder("a"), limit: 2) }
    #expect(error?.cause == .tooLarge(bytes: 3, limit: 2))
  }

  @Test func creatingNeverReplacesAndNeverFollowsALink() throws {
    try disk.createFile(folder("a"), bytes: [1])
    try disk.makeLink(folder("link"), to: folder("target"))
    for name in ["a", "link"] {
      let error = #expect(throws: FileError.self) { try disk.create(folder(name), mode: 0o600) }
      #expect(error?.number == EEXIST)
    }
    #expect(try disk.status(folder("target"), followingLinks: true) == nil)
    let status = try #require(try disk.status(folder("a"), followingLinks: false))
    #expect(status.mode == 0o600 && status.kind == .file && status.bytes == 1)
  }

  @Test func renamingWithoutReplacingKeepsWhatIsThere() throws {
    try disk.createFile(folder("a"), bytes: [1])
    try disk.createFile(folder("b"), bytes: [2])
    let error = #expect(throws: FileError.self) { try disk.rename(folder("a"), to: folder("b"), replacing: false) }
    #expect(error?.number == EEXIST && error?.exitCode == 73)
    #expect(try disk.readBounded(folder("b"), limit: 9) == [2])
    try disk.rename(folder("a"), to: folder("b"), replacing: true)
    #expect(try disk.readBounded(folder("b"), limit: 9) == [1])
    #expect(try disk.list(folder.path) == ["b"])
  }

  @Test func foldersLinksAndFIFOsAreNotReadAsFilesAndDoNotBlock() throws {
    try disk.makeFolder(folder("folder"), mode: 0o700)
    #expect(mkfifo(folder("fifo"), 0o600) == 0)
    try disk.makeLink(folder("circle"), to: "circle")
    try disk.createFile(folder("a"), bytes: [1])
    try disk.makeLink(folder("link"), to: "a")
    for name in ["folder", "fifo"] {
      let error = #expect(throws: FileError.self) { try disk.openForReading(folder(name), followingLinks: true) }
      #expect(error?.cause == .notAFile, "\(name)")
    }
    let circle = #expect(throws: FileError.self) { try disk.openForReading(folder("circle"), followingLinks: true) }
    #expect(circle?.number == ELOOP)
    let link = #expect(throws: FileError.self) { try disk.readBounded(folder("link"), limit: 9, followingLinks: false) }
    #expect(link?.number == ELOOP)
    #expect(try disk.readBounded(folder("link"), limit: 9) == [1])
    #expect(try disk.readLink(folder("link")) == "a")
  }

  @Test func aTreeIsRemovedWithoutFollowingLinks() throws {
    try disk.createFile(folder("kept"), bytes: [1])
    var deep = folder("tree")
    for _ in 0..<40 {
      deep += "/down"
    }
    try disk.makeFolders(deep)
    try disk.createFile(deep + "/file", bytes: [1])
    try disk.makeLink(folder("tree/link"), to: folder.path)
    try disk.removeTree(folder("tree"))
    #expect(try disk.list(folder.path) == ["kept"])
    try disk.removeTree(folder("nothing"))
  }

  @Test func namesWithNULAreRefused() throws {
    let error = #expect(throws: FileError.self) { try disk.create(folder("a\u{0}b"), mode: 0o600) }
    #expect(error?.number == EINVAL)
    #expect(try disk.list(folder.path).isEmpty)
  }

  @Test func aMissingPermissionNamesOwnerAndMode() throws {
    // Nobody, not even root, makes files in sysfs.
    let error = #expect(throws: FileError.self) { try disk.create("/sys/cloze-test", mode: 0o600) }
    #expect(error?.exitCode == 73, "\(String(describing: error))")
    if error?.number == EACCES { #expect(error?.detail.contains("belongs to user 0") == true) }
  }

  @Test func replacingAFileLeavesOneOfThatNameAndNothingElse() throws {
    try DurableFile.replace(folder("run.json"), text: "{}")
    try DurableFile.replace(folder("run.json"), text: "{\"a\": 1}")
    #expect(try disk.readBounded(folder("run.json"), limit: 99) == Array("{\"a\": 1}".utf8))
    try DurableFile.replaceLink(folder("latest"), to: "step-1")
    try DurableFile.replaceLink(folder("latest"), to: "step-2")
    #expect(try disk.readLink(folder("latest")) == "step-2")
    #expect(try disk.list(folder.path) == ["latest", "run.json"])
  }

  @Test func whatAKilledReplacementLeftIsRemoved() throws {
    try disk.createFile(folder(".tmp-run.json-x1"), bytes: [1])
    try disk.createFile(folder("run.json"), bytes: [1])
    try DurableFile.removeLeftovers(in: folder.path)
    #expect(try disk.list(folder.path) == ["run.json"])
  }

  @Test func freeSpaceIsReported() throws {
    let space = try disk.space(at: folder.path)
    #expect(space.freeBytes > 0 && space.freeInodes > 0 && !space.isReadOnly, "\(space)")
  }
}

@Suite struct FileErrorTests {
  @Test func everyErrorHasAPlainSentenceAndItsExitCode() {
    let table: [(FileError.Operation, FileError.Cause, Int32, String)] = [
      (.write, .system(ENOSPC), 74, "a/b: cannot write the file: the disk is full (ENOSPC)"),
      (.create, .system(EROFS), 73, "a/b: cannot create the file: the file system is read-only (EROFS)"),
      (.makeFolder, .system(EACCES), 73, "a/b: cannot make the folder: permission denied (EACCES)"),
      (.open, .system(ENOENT), 74, "a/b: cannot open the file: it does not exist (ENOENT)"),
      (.open, .system(EMFILE), 75, "too many open files"),
      (.synchronize, .system(EIO), 74, "a/b: cannot bring the file to the disk: the device reported"),
      (.create, .noInodes, 74, "no free inodes (ENOSPC)"),
      (.write, .system(EDQUOT), 74, "quota"),
      (.write, .tooLittleSpace(needed: 10, free: 3), 74, "10 bytes are needed and 3 are free"),
      (.lock, .locked(holder: "process 7"), 69, "another run holds it: process 7"),
      (.lock, .networkFileSystem, 73, "network file system"),
      (.makeFolder, .replaced, 73, "moved or replaced"),
    ]
    for (operation, cause, code, text) in table {
      let error = FileError(path: "a/b", operation: operation, cause: cause)
      #expect(error.exitCode == code, "\(error)")
      #expect(error.description.contains(text), "\(error)")
    }
  }

  @Test func pathsAreTakenApartAndPutTogether() {
    #expect(Paths.parent(of: "a/b/c") == "a/b" && Paths.parent(of: "a") == "." && Paths.parent(of: "/a") == "/")
    #expect(Paths.parent(of: "a/b/") == "a" && Paths.parent(of: "/") == "/")
    #expect(Paths.name(of: "a/b/") == "b" && Paths.name(of: "a") == "a")
    #expect(Paths.join("a/", "b") == "a/b" && Paths.join("a", "/b") == "/b" && Paths.join("", "b") == "b")
    for name in ["a", "A-b_c.0", "model-00001-of-00002.safetensors"] { #expect(Paths.isPlainName(name), "\(name)") }
    for name in ["", ".", "..", ".a", "a/b", "a\\b", "a\u{0}", "ä", "a b", String(repeating: "a", count: 129)] {
      #expect(!Paths.isPlainName(name), "\(name)")
    }
    #expect(Paths.isPlainRelativePath("state/state.json"))
    for path in ["/a", "a/", "a//b", "a/../b", "./a"] { #expect(!Paths.isPlainRelativePath(path), "\(path)") }
  }
}
