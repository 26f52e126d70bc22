import Glibc
import Testing

/// Where nothing can be written, that is said at once; what was saved before stays whole.
@Suite struct OutputProblemsTests {
  /// Whether this process may mount file systems in memory; asked once.
  private static let mayMount: Bool = {
    let path = "/tmp/cloze-mount-\(getpid())"
    guard geteuid() == 0, mkdir(path, 0o700) == 0 else { return false }
    defer { rmdir(path) }
    guard mount("cloze", path, "tmpfs", 0, "size=64k") == 0 else { return false }
    return umount2(path, Int32(MNT_DETACH)) == 0
  }()

  /// A file system of its own for run folders.
  private func withMount(_ toy: Toy, _ options: String, _ body: () throws -> Void) throws {
    #expect(mkdir(toy.path("runs"), 0o700) == 0)
    try #require(mount("cloze", toy.path("runs"), "tmpfs", 0, options) == 0)
    defer { umount2(toy.path("runs"), Int32(MNT_DETACH)) }
    try body()
  }

  @Test func aFileInTheWayOfTheRunFolderIsNamed() throws {
    try Toy.with { toy in
      try toy.write("in the way", to: "runs")
      expect(try toy.cloze(try toy.pipeline()), code: 73, toy.path("runs"), "do: choose another place")
      #expect(try toy.text("runs") == "in the way")
    }
  }

  @Test(.enabled(if: mayMount, "mounting needs root and its capability"))
  func aReadOnlyOutputFolderIsNamed() throws {
    try Toy.with { toy in
      try withMount(toy, "size=1m") {
        let flags = UInt(MS_REMOUNT | MS_RDONLY)
        try #require(mount("cloze", toy.path("runs"), "tmpfs", flags, "") == 0)
        expect(try toy.cloze(try toy.pipeline()), code: 73, toy.run("toy"), "ead-only", "do: choose another place")
      }
    }
  }

  @Test(.enabled(if: mayMount, "mounting needs root and its capability"))
  func aFullDiskStopsTheRunAndTheSameCommandGoesOnOnceThereIsRoom() throws {
    try Toy.with { toy in
      let keep = ["  save_steps: 5\n  save_total_limit: 100"]
      let pipeline = try toy.pipeline("[mlm, nsp]", keep)
      let expected = try Toy.with { other in
        #expect(try other.cloze(try other.pipeline("[mlm, nsp]", keep)).code == 0)
        return try other.lastFiles("toy")
      }
      try withMount(toy, "size=2m") {
        expect(
          try toy.cloze(pipeline), code: 74, "toy/pretrain", "(ENOSPC)", "do: make room",
          "what was saved stays saved")
        let saved = toy.savedSteps("toy")
        #expect(!saved.isEmpty && saved.count < Toy.steps / 5, "\(saved)")
        try #require(mount("cloze", toy.path("runs"), "tmpfs", UInt(MS_REMOUNT), "size=16m") == 0)
        let finished = try toy.cloze(pipeline)
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try toy.lastFiles("toy") == expected)
        print("a full disk after \(saved.count) checkpoints; the run went on from step \(saved.last ?? 0)")
      }
    }
  }

  @Test func twoRunsInOneFolderAreRefusedAndTheHolderIsNamed() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline(
        "[mlm]", ["  max_steps: 1000000", "  save_steps: 1000000", "  eval_steps: 1000000"])
      let first = try toy.start(pipeline)
      #expect(first.reaches { toy.lineCount("toy") > 3 })
      let log = try toy.text("runs/toy/run.log")
      expect(
        try toy.cloze(pipeline), code: 69, "process \(first.pid) on ", "started 2", "do: wait for the other process")
      // Nor may it be set aside under the feet of the first.
      expect(try toy.cloze(pipeline, "--fresh"), code: 69, "process \(first.pid) on ")
      #expect(toy.list("runs") == ["toy"])
      #expect(first.isRunning)
      #expect(try toy.text("runs/toy/run.log").hasPrefix(log) && !toy.exists("runs/toy.old-1"))
      first.send(SIGKILL)
      _ = try first.wait()
      // The lock of a dead process holds nobody.
      #expect(try toy.cloze(pipeline, "--set", "pretrain.max_steps=3", "--fresh").code == 0)
    }
  }
}
