import Yams

/// YAML text as a tree with places, of which only the plain part of the language is accepted.
public struct YAMLParser {
  /// The longest text that is read, in bytes.
  public static let maximumBytes = 1 << 20

  /// What was read; nil where the text is empty or cannot be parsed.
  public private(set) var root: YAMLNode?
  /// Every problem of form.
  public private(set) var problems: [Problem] = []
  private let file: String
  private let folder: String

  /// Parses UTF-8 bytes.
  /// - Parameters:
  ///   - file: the name that places carry; empty for the pipeline file itself.
  ///   - folder: the folder that relative paths in it start from.
  public init(_ bytes: [UInt8], file: String = "", folder: String = "") {
    self.file = file
    self.folder = folder
    let start = Place(file: file, line: 1, column: 1)
    guard bytes.count <= Self.maximumBytes else {
      problems = [Problem(start, "", "has \(bytes.count) bytes; a pipeline file has at most \(Self.maximumBytes)")]
      return
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      problems = [Problem(Self.firstInvalid(bytes, file: file), "", "is not valid UTF-8")]
      return
    }
    parse(text)
  }

  /// Parses text, such as the value of `--set`.
  public init(text: String, file: String = "", folder: String = "") {
    self.init(Array(text.utf8), file: file, folder: folder)
  }

  private mutating func parse(_ text: String) {
    var check = YAMLGuard(text, file: file)
    let isParsable = check.passes()
    problems = check.problems
    guard isParsable else { return }
    do {
      let parser = try Parser(yaml: check.text, resolver: .basic, encoding: .utf8)
      if let node = try parser.singleRoot() { root = convert(node) }
    } catch let error as YamlError {
      problems.append(problem(error))
    } catch {
      problems.append(Problem(Place(file: file, line: 1, column: 1), "", "cannot be read as YAML"))
    }
  }

  private func place(_ mark: Mark?) -> Place { Place(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1) }

  /// Depth is bounded by the guard.
  private mutating func convert(_ node: Node) -> YAMLNode {
    let place = place(node.mark)
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return YAMLNode(.text(scalar.string, isPlain: isPlain), place: place, folder: folder)
    case .sequence(let sequence):
      return YAMLNode(.list(sequence.map { convert($0) }), place: place, folder: folder)
    case .mapping(let mapping):
      var entries: [YAMLEntry] = []
      for (key, value) in mapping {
        guard let name = key.scalar?.string else {
          problems.append(Problem(self.place(key.mark), "", "has a list or a map for a key"))
          continue
        }
        if YAMLGuard.isMasked(name) { continue }
        entries.append(YAMLEntry(name, place: self.place(key.mark), value: convert(value)))
      }
      return YAMLNode(.map(entries), place: place, folder: folder)
    case .alias:
      problems.append(Problem(place, "", "is an alias, which is not allowed here"))
      return YAMLNode(.text("", isPlain: true), place: place, folder: folder)
    }
  }

  private func problem(_ error: YamlError) -> Problem {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return Problem(place(mark), "", "is not YAML: \(Self.explained(problem))")
    case .duplicatedKeysInMapping(let keys, let context):
      return Problem(place(context.mark), keys.first.map { shown($0) } ?? "", "stands twice in this map")
    case .reader(let problem, _, _, _):
      return Problem(Place(file: file, line: 1, column: 1), "", "is not YAML: \(problem)")
    default:
      return Problem(Place(file: file, line: 1, column: 1), "", "cannot be read as YAML")
    }
  }

  /// The parser's complaint, with what usually causes it.
  private static func explained(_ problem: String) -> String {
    if problem.contains("mapping values are not allowed") {
      return "a second “: ” on the line, or a wrong indentation; text with a colon needs quotes"
    }
    if problem.contains("could not find expected ':'") { return "a key without a colon" }
    if problem.contains("did not find expected key") { return "a wrong indentation, or a key without a colon" }
    return problem
  }

  /// The first line that is not UTF-8.
  private static func firstInvalid(_ bytes: [UInt8], file: String) -> Place {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    return Place(file: file, line: index + 1, column: 1)
  }
}
