import DurableFiles
import JSON
import Testing

@testable import Pipelines

@Suite("What status, batch, doctor and help tell")
struct StatusTests {
  private func run(_ folder: Folder, metrics: String = "") throws -> RunFolder {
    let run = RunFolder(folder.path)
    var record = RunRecord()
    record.starts = 2
    record.stages["corpus"] = RunRecord.Stage(
      fingerprint: "", summary: "3 shards", seconds: 1, figures: JSONObject())
    try record.save(run)
    if !metrics.isEmpty { try folder.write("metrics.jsonl", metrics) }
    return run
  }

  @Test("A folder that no process holds is a stopped run, its step the newest line of its metrics")
  func stopped() throws {
    let folder = try Folder()
    let metrics = """
      {"step": 10, "loss": 3.5, "tokens": 1000, "tokens_per_second": 50}
      {"step": 20, "loss": 3.25, "tokens": 2000, "tokens_per_second": 50}
      {"step": 20, "eval_loss": 3.5, "tokens": 2000}

      """
    let status = try RunStatus(try run(folder, metrics: metrics))
    #expect(status.state == .stopped)
    #expect(status.step == 20)
    #expect(status.latest?["loss"]?.double == 3.25)
    #expect(status.evaluation?["eval_loss"]?.double == 3.5)
    #expect(status.saved == nil)
    #expect(status.json["starts"]?.int == 2)
    #expect(status.json["stages"]?.array?.count == 1)
  }

  @Test("While a process holds the lock the run is running, and looking takes nothing from it")
  func running() throws {
    let folder = try Folder()
    let run = try run(folder)
    #expect(RunHolder.find(run) == nil)
    let lock = try FileLock(run.lock)
    let status = try RunStatus(run)
    guard case .running(let holder) = status.state else { throw Unexpected(status.stateName) }
    #expect(holder.text.hasPrefix("process "), "\(holder.text)")
    withExtendedLifetime(lock) {}
  }

  @Test("A line of the kernel's list counts by inode with device, or with the process that signed")
  func locks() {
    let list = "1: POSIX  ADVISORY  WRITE 9 fd:00:77 0 EOF\n2: FLOCK  ADVISORY  WRITE 12 fe:01:77 0 EOF\n"
    #expect(RunHolder.isHeld(inode: 77, device: 0xFE01, by: nil, in: list))
    #expect(RunHolder.isHeld(inode: 77, device: 0, by: 12, in: list))
    #expect(!RunHolder.isHeld(inode: 77, device: 0, by: 13, in: list))
    #expect(!RunHolder.isHeld(inode: 78, device: 0xFE01, by: 12, in: list))
    #expect(!RunHolder.isHeld(inode: 77, device: 0xFD00, by: 9, in: list), "a POSIX lock is none of ours")
  }

  @Test("A name that is no run lists those there are; a damaged record is bad data")
  func names() throws {
    let folder = try Folder()
    let inner = RunFolder(Paths.join(folder.path, "letters"))
    try inner.make()
    try RunRecord().save(inner)
    #expect(try RunFolder.named("letters", in: folder.path).path == inner.path)
    #expect(try RunFolder.all(in: folder.path).count == 1)
    let error = #expect(throws: UserError.self) { _ = try RunFolder.named("leters", in: folder.path) }
    #expect(error?.exitCode == .usage)
    #expect(error?.text().contains("letters") == true, "\(error?.text() ?? "")")
    try folder.write("run.json", "{")
    #expect(code { _ = try RunStatus(RunFolder(folder.path)) } == .data)
    #expect(code { _ = try RunStatus(RunFolder(folder.path + "/nothing")) } == .usage)
  }

  @Test("Rows of a step want a run whose corpus and tokenizer are done, pretraining, and a step from 1")
  func rows() throws {
    let folder = try Folder()
    let run = try run(folder)
    var configuration = PipelineConfiguration()
    #expect(code { _ = try StepRows(configuration, folder: run, step: 1) } == .usage)
    configuration.pretrain = PretrainSettings()
    #expect(code { _ = try StepRows(configuration, folder: run, step: 1) } == .usage)
    #expect(code { _ = try StepRows(configuration, folder: run, step: 0) } == .usage)
  }

  @Test(
    "Help on a key tells its meaning, what it wants, and whether it may change",
    arguments: ["learning_rate", "learning-rate"])
  func help(name: String) throws {
    let text = try KeyHelp.text(name)
    #expect(text.contains("pretrain.learning_rate\n  peak learning rate"), "\(text)")
    #expect(text.contains("may change when a run goes on"))
    #expect(try KeyHelp.text("mlm_probability").contains("frozen"))
    #expect(try KeyHelp.text("n_embd").contains("gpt-mini 256"))
    #expect(try KeyHelp.text("lr_scheduler").contains("warmup_ratio"))
  }

  @Test("Every key of the table has help that names it")
  func allKeys() throws {
    for key in PipelineConfiguration.allKeys {
      let text = try KeyHelp.text(key.path)
      #expect(text.contains(key.help), "\(key.path)")
    }
  }

  @Test("A word that is no key is a mistake in the command, with a guess")
  func unknownKey() {
    let error = #expect(throws: UserError.self) { _ = try KeyHelp.text("learning_rte") }
    #expect(error?.exitCode == .usage)
    #expect(error?.text().contains("learning_rate") == true)
  }

  @Test("A file system is the one of the longest folder above a path")
  func mounts() {
    let mounts = "/dev/a / ext4 rw 0 0\nb /srv nfs4 rw 0 0\n/dev/c /srv/text xfs rw 0 0\n"
    #expect(MachineFacts.fileSystemKind("/home/x", mounts: mounts) == "ext4")
    #expect(MachineFacts.fileSystemKind("/srv/texts", mounts: mounts) == "nfs4")
    #expect(MachineFacts.fileSystemKind("/srv/text/y", mounts: mounts) == "xfs")
  }

  @Test("Little memory is a warning, never a failure")
  func memory() {
    #expect(Doctor.memory(limit: 1_000_000_000, total: nil).grade == .warning)
    #expect(Doctor.memory(limit: 8_000_000_000, total: 16_000_000_000).grade == .ok)
  }

  private struct Unexpected: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }
}
