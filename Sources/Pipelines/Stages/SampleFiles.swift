import DurableFiles
import Glibc
import SampleWorld
import Shards

/// Writes the bundled corpus and its labeled task: short stories about a little world whose probabilities are known.
public enum SampleFiles {
  /// The names of the labeled task's tables.
  public static let taskFiles = (train: "task-train.tsv", test: "task-test.tsv")
  private static let documentsPerShard = 5_000

  /// Makes the sample in the folder of the first pattern unless it is there already.
  static func makeIfAbsent(_ sample: SynthesisSettings, _ settings: CorpusSettings, _ context: RunContext) throws {
    guard let pattern = settings.shards?.first?.path else { return }
    let folder = Paths.parent(of: pattern)
    guard try !context.folder.exists(Paths.join(folder, taskFiles.test)) else { return }
    context.tell(.noted(stage: "corpus", "writing the bundled sample to \(folder)"))
    try write(
      folder, documents: sample.documents, taskRows: sample.taskRows, seed: UInt64(clamping: sample.seed),
      fileSystem: context.folder.fileSystem, shouldStop: { context.shouldStop })
  }

  /// Writes `documents` stories as .txt.gz shards, and the task's tables with `taskRows` rows to learn from and a quarter
  /// as many to test on. The tables come last: where they are, the sample is whole.
  public static func write(
    _ folder: String, documents: Int, taskRows: Int, seed: UInt64, fileSystem: any FileSystem = RealFileSystem(),
    shouldStop: () -> Bool = { false }
  ) throws {
    try fileSystem.makeFolders(folder)
    let world = World()
    for (number, start) in stride(from: 0, to: documents, by: documentsPerShard).enumerated() {
      let digits = String(number)
      let name = "stories-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".txt.gz"
      let writer = try ShardWriter(path: Paths.join(folder, name))
      for index in start..<min(start + documentsPerShard, documents) {
        if shouldStop() { throw StoppedOnRequest(standing: "in the writing of the sample, which begins anew") }
        try writer.write(world.render(world.document(index: UInt64(index), seed: seed)))
      }
      try writer.close()
    }
    let task = LabeledTask(world: world)
    for (name, part, rows) in [
      (taskFiles.train, LabeledTask.Part.train, taskRows), (taskFiles.test, .test, taskRows / 4),
    ] {
      let lines = task.examples(part, count: rows, seed: seed).map { "\($0.text)\t\($0.label.rawValue)\n" }
      let table = "text\tlabel\n" + lines.joined()
      try DurableFile.replace(Paths.join(folder, name), Array(table.utf8), fileSystem: fileSystem)
    }
  }
}
