import JSON

/// A pipeline file, read: its configuration, or every problem with it.
public struct PipelineFile: Sendable {
  /// The settings; where there are problems, as far as they could be read.
  public private(set) var configuration = PipelineConfiguration()
  /// Every problem, in the order of the file.
  public private(set) var problems: [Problem] = []
  /// Where each setting that is written stands.
  public private(set) var places: [String: Place] = [:]

  /// The four ways to say when pretraining ends.
  static let stopRules = ["pretrain.max_steps", "pretrain.max_tokens", "pretrain.epochs", "pretrain.budget"]

  /// Settings of which only one may be given; a file that extends another, and `--set`, put theirs in place of others.
  static let alternatives = [
    stopRules, ["pretrain.batch_size", "pretrain.batch_tokens"],
    ["pretrain.lr_scheduler.warmup_steps", "pretrain.lr_scheduler.warmup_ratio"], ["model.preset", "model.from"],
    ["tokenizer.from", "tokenizer.kind"],
  ]

  /// Reads a pipeline.
  /// - Parameters:
  ///   - bytes: the file's bytes.
  ///   - path: where the file lies; relative paths in it start from its folder.
  ///   - overrides: `key=value` of `--set`; relative paths in them start from the current folder.
  ///   - load: gives the bytes of the file that this one extends, nil where there is none.
  public init(_ bytes: [UInt8], path: String, overrides: [String] = [], load: (String) -> [UInt8]? = { _ in nil }) {
    let folder = Self.folder(of: path)
    let parser = YAMLParser(bytes, folder: folder)
    problems = parser.problems
    var root = parser.root ?? YAMLNode(.map([]), place: .start, folder: folder)
    if parser.root == nil, parser.problems.isEmpty { problems.append(Problem(.start, "", "the file is empty")) }
    if let base = extended(&root, folder: folder, load: load) { root = YAMLMerge.merged(root, over: base) }
    for override in overrides { apply(override, to: &root) }
    // A file that could not be parsed has no settings to judge.
    if parser.root == nil { return }
    read(root, fileName: String(path.split(separator: "/").last ?? ""))
  }

  private mutating func read(_ root: YAMLNode, fileName: String) {
    var reader = SettingReader()
    configuration.name = Self.stem(fileName)
    reader.read(root, "", into: &configuration)
    configuration.model.spell(&reader)
    // Settings that could not be read have their default, about which nothing should be said.
    let unread = Set(reader.problems.map(\.path))
    var checks = PipelineChecks(configuration, reader)
    checks.run()
    let found =
      reader.problems + checks.reader.problems.dropFirst(reader.problems.count).filter { !unread.contains($0.path) }
    places = reader.places
    problems = (problems + found).enumerated().sorted { Self.precedes($0, $1) }.map(\.element)
  }

  private static func precedes(
    _ a: EnumeratedSequence<[Problem]>.Element, _ b: EnumeratedSequence<[Problem]>.Element
  ) -> Bool {
    let (x, y) = (a.element.place, b.element.place)
    return (x.file == "--set" ? 1 : 0, x.file, x.line, x.column, a.offset)
      < (y.file == "--set" ? 1 : 0, y.file, y.line, y.column, b.offset)
  }

  /// The file that `extends` names; the key is taken out.
  private mutating func extended(_ root: inout YAMLNode, folder: String, load: (String) -> [UInt8]?) -> YAMLNode? {
    guard case .map(var entries) = root.content, let index = entries.firstIndex(where: { $0.key == "extends" }) else {
      return nil
    }
    let entry = entries.remove(at: index)
    root.content = .map(entries)
    guard let name = String(setting: entry.value), let path = FilePath(setting: entry.value)?.path else {
      problems.append(Problem(entry.place, "extends", "\(entry.value.found); wants the path of another pipeline file"))
      return nil
    }
    guard let bytes = load(path) else {
      problems.append(Problem(entry.place, "extends", "\(shown(name)) does not exist or cannot be read"))
      return nil
    }
    let parser = YAMLParser(bytes, file: name, folder: Self.folder(of: path))
    problems += parser.problems
    if let second = parser.root?.entries?.first(where: { $0.key == "extends" }) {
      problems.append(
        Problem(second.place, "extends", "goes one level only; \(shown(name)) may not extend another file"))
    }
    guard case .map(let base) = parser.root?.content else { return nil }
    return YAMLNode(.map(base.filter { $0.key != "extends" }), place: .start, folder: folder)
  }

  /// Puts the value of `key=value` into the tree.
  private mutating func apply(_ override: String, to root: inout YAMLNode) {
    guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
      problems.append(Problem(.commandLine, shown(override), "wants key=value, such as pretrain.max_steps=1000"))
      return
    }
    let path = String(override[..<equals])
    let parser = YAMLParser(text: String(override[override.index(after: equals)...]), file: "--set")
    guard parser.problems.isEmpty else {
      problems += parser.problems.map { Problem(.commandLine, shown(path), $0.message) }
      return
    }
    var value = parser.root ?? YAMLNode(.text("", isPlain: true), place: .commandLine)
    value.moveToCommandLine()
    let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    // A known key of a map that is not there need not be taken away.
    let map = keys.dropLast().reduce(root as YAMLNode?) { $0?[$1] }
    let isKnown = PipelineConfiguration.allKeys.contains { $0.path == path }
    if value.isNull, map?.isNull ?? true, isKnown { return }
    if let message = YAMLMerge.set(keys, value, in: &root) {
      problems.append(Problem(.commandLine, shown(path), message))
    }
  }

  /// `checkpoints` for `checkpoints/a.yaml`, `.` for a bare name.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The file's name without its ending, as a run's name may be.
  static func stem(_ fileName: String) -> String {
    let stem =
      fileName.lastIndex(of: ".").map { $0 == fileName.startIndex ? fileName[...] : fileName[..<$0] } ?? fileName[...]
    let plain = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") ? $0 : "-" }
    return plain.isEmpty ? "run" : String(plain.prefix(128))
  }
}
