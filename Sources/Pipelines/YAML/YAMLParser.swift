import CYAML

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
  /// Nodes of the document that were converted: an alias would name one of them once more.
  private var converted: Set<Int32> = []

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
    // It points into itself, so it must not move.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) != 0 else {
      problems.append(Problem(Place(file: file, line: 1, column: 1), "", "cannot be read as YAML: no memory"))
      return
    }
    defer { yaml_parser_delete(parser) }
    Array(check.text.utf8).withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      yaml_parser_set_input_string(parser, start, bytes.count)
      root = load(parser)?.root
      if root != nil, let second = load(parser) {
        problems.append(Problem(second.start, "", "is not YAML for one pipeline: another document starts"))
      }
    }
  }

  /// The next document; nil at the end, or behind a problem.
  private mutating func load(_ parser: UnsafeMutablePointer<yaml_parser_t>) -> (root: YAMLNode, start: Place)? {
    var document = yaml_document_t()
    guard yaml_parser_load(parser, &document) != 0 else {
      problems.append(problem(parser.pointee))
      return nil
    }
    defer { yaml_document_delete(&document) }
    converted = []
    guard let root = convert(1, of: &document) else { return nil }
    return (root, place(document.start_mark))
  }

  private func place(_ mark: yaml_mark_t) -> Place {
    Place(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  /// The node of a number that counts from 1, the root; nil if there is none.
  private mutating func convert(_ index: Int32, of document: inout yaml_document_t) -> YAMLNode? {
    guard let node = yaml_document_get_node(&document, index)?.pointee else { return nil }
    let place = place(node.start_mark)
    guard converted.insert(index).inserted else {
      problems.append(Problem(place, "", "stands for several values (an alias), which is not allowed here"))
      return nil
    }
    switch node.type {
    case YAML_SEQUENCE_NODE:
      let items = node.data.sequence.items
      var elements: [YAMLNode] = []
      for index in 0..<(items.top - items.start) {
        guard let element = convert(items.start[index], of: &document) else { continue }
        elements.append(element)
      }
      return YAMLNode(.list(elements), place: place, folder: folder)
    case YAML_MAPPING_NODE:
      let pairs = node.data.mapping.pairs
      var entries: [YAMLEntry] = []
      for index in 0..<(pairs.top - pairs.start) {
        guard let key = yaml_document_get_node(&document, pairs.start[index].key)?.pointee else { continue }
        guard key.type == YAML_SCALAR_NODE else {
          problems.append(Problem(self.place(key.start_mark), "", "has a list or a map for a key"))
          continue
        }
        let name = text(key)
        if YAMLGuard.isMasked(name) { continue }
        if entries.contains(where: { $0.key == name }) {
          problems.append(Problem(self.place(key.start_mark), shown(name), "stands twice in this map"))
          continue
        }
        guard let value = convert(pairs.start[index].value, of: &document) else { continue }
        entries.append(YAMLEntry(name, place: self.place(key.start_mark), value: value))
      }
      return YAMLNode(.map(entries), place: place, folder: folder)
    default:
      let isPlain = node.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      return YAMLNode(.text(text(node), isPlain: isPlain), place: place, folder: folder)
    }
  }

  private func text(_ node: yaml_node_t) -> String {
    let bytes = UnsafeBufferPointer(start: node.data.scalar.value, count: node.data.scalar.length)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func problem(_ parser: yaml_parser_t) -> Problem {
    let complaint = parser.problem.map { String(cString: $0) } ?? "no reason given"
    switch parser.error {
    case YAML_SCANNER_ERROR, YAML_PARSER_ERROR, YAML_COMPOSER_ERROR:
      return Problem(place(parser.problem_mark), "", "is not YAML: \(Self.explained(complaint))")
    default:
      return Problem(Place(file: file, line: 1, column: 1), "", "is not YAML: \(complaint)")
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
