import Digests
import DurableFiles

/// The last file written to a checkpoint: which files belong to it, and the SHA-256 of each.
///
/// ```
/// # cloze checkpoint 1
/// # run letters-bert-7f3a
/// # step 120
/// # best 80
/// # 4398 bytes
/// 9f86d0…  model.safetensors
/// # self 60303a…
/// ```
/// The last line is the SHA-256 of all lines above it. `sha256sum --check MANIFEST` agrees without any tool of ours.
public struct CheckpointManifest: Equatable, Sendable {
  /// A file of a checkpoint.
  public struct File: Equatable, Sendable {
    /// Its name, below the checkpoint's folder.
    public let name: String
    /// Its size.
    public let bytes: UInt64
    /// The SHA-256 of its bytes, in 64 lower-case hexadecimal digits.
    public let digest: String

    /// A file of the given name, size and digest.
    public init(name: String, bytes: UInt64, digest: String) {
      self.name = name
      self.bytes = bytes
      self.digest = digest
    }
  }

  /// The name of the file that holds the manifest.
  public static let fileName = "MANIFEST"
  /// A manifest is never longer than this.
  static let byteLimit = 16 << 20

  /// The run that wrote the checkpoint.
  public let run: String
  /// The step it was written after.
  public let step: Int
  /// The best step when it was written, nil if none was known.
  public let best: Int?
  /// Its files, by name.
  public let files: [File]

  /// A manifest of `files`, which are sorted by name.
  public init(run: String, step: Int, best: Int? = nil, files: [File]) {
    self.run = run
    self.step = step
    self.best = best
    self.files = files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Bytes of all files.
  public var totalBytes: UInt64 {
    files.reduce(0) { sum, file in
      let (total, overflow) = sum.addingReportingOverflow(file.bytes)
      return overflow ? .max : total
    }
  }

  /// The file of that name; nil if there is none.
  public func file(_ name: String) -> File? { files.first { $0.name == name } }

  /// The text of the manifest's file.
  public var text: String { render(best: best.map(String.init) ?? "none") }

  private func render(best: String) -> String {
    var lines = ["# cloze checkpoint 1", "# run \(run)", "# step \(step)", "# best \(best)"]
    for file in files { lines += ["# \(file.bytes) bytes", "\(file.digest)  \(file.name)"] }
    let text = lines.joined(separator: "\n") + "\n"
    return text + "# self \(SHA256.hex(of: text))\n"
  }

  /// The manifest that `bytes` are the text of; nil if a single bit of it differs from what we would write.
  public init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 6, lines.count % 2 == 0, lines[0] == "# cloze checkpoint 1",
      let run = Self.value("# run ", lines[1]), Paths.isPlainName(run),
      let step = Self.value("# step ", lines[2]).flatMap({ Int($0) }), step >= 0,
      let best = Self.value("# best ", lines[3])
    else { return nil }
    var files: [File] = []
    for place in stride(from: 4, to: lines.count - 2, by: 2) {
      guard let file = Self.file(lines[place], lines[place + 1]) else { return nil }
      files.append(file)
    }
    // Early versions wrote `yes` or `no`: whether it was itself the best.
    self.init(run: run, step: step, best: best == "yes" ? step : Int(best), files: files)
    guard Array(render(best: best).utf8) == bytes else { return nil }
  }

  private static func file(_ size: Substring, _ line: Substring) -> File? {
    guard size.hasSuffix(" bytes"), let bytes = value("# ", size.dropLast(6)).flatMap({ UInt64($0) }),
      line.utf8.count > 66
    else { return nil }
    let digest = line.prefix(64)
    let name = String(line.dropFirst(66))
    guard Paths.isPlainRelativePath(name), name != fileName else { return nil }
    return File(name: name, bytes: bytes, digest: String(digest))
  }

  private static func value(_ label: String, _ line: Substring) -> String? {
    line.hasPrefix(label) ? String(line.dropFirst(label.count)) : nil
  }
}
