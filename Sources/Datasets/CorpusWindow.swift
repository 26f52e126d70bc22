import JSON

/// A run of consecutive documents of one part: what is read, made into rows and shuffled at once.
public struct CorpusWindow: Sendable, Equatable {
  /// Where its first document begins.
  public var start: CorpusPosition
  /// Its documents.
  public var documents: Int
  /// Their text bytes.
  public var textBytes: Int
  /// Its rows.
  public var rows: Int
  /// Tokens of its rows.
  public var tokens: Int

  private static let keys = ["shard", "offset", "ordinal", "before", "documents", "bytes", "rows", "tokens"]

  /// The window as an array of numbers, in the order of `keys`.
  var json: JSONValue {
    .array([
      JSONValue(start.shard), JSONValue(start.offset), JSONValue(start.ordinal), JSONValue(start.textBytes),
      JSONValue(documents), JSONValue(textBytes), JSONValue(rows), JSONValue(tokens),
    ])
  }

  init(
    start: CorpusPosition, documents: Int, textBytes: Int, rows: Int, tokens: Int
  ) {
    self.start = start
    self.documents = documents
    self.textBytes = textBytes
    self.rows = rows
    self.tokens = tokens
  }

  init(_ json: JSONValue, at place: String) throws(DatasetError) {
    guard let values = json.array, values.count == Self.keys.count else { throw .malformedIndex(place: place) }
    var numbers: [Int] = []
    for (key, value) in zip(Self.keys, values) {
      guard let number = value.int, number >= 0 else { throw .malformedIndex(place: "\(place).\(key)") }
      numbers.append(number)
    }
    start = CorpusPosition(
      shard: numbers[0], offset: UInt64(numbers[1]), ordinal: numbers[2], textBytes: UInt64(numbers[3]))
    (documents, textBytes, rows, tokens) = (numbers[4], numbers[5], numbers[6], numbers[7])
  }
}

/// The text of a window in the making.
struct WindowText: Sendable {
  var start: CorpusPosition
  var texts: [String] = []
  var bytes = 0

  mutating func append(_ text: String) {
    texts.append(text)
    bytes += text.utf8.count
  }

  mutating func append(_ other: WindowText) {
    texts += other.texts
    bytes += other.bytes
  }
}

/// Cuts one part's documents into windows.
///
/// A window ends once it has `windowBytes` and, for pairs, two documents. What is left at the end joins the window
/// before it if it is less than half of one, so that no window is too small to shuffle in.
struct WindowCutter {
  private let windowBytes: Int
  private let leastDocuments: Int
  private var open: WindowText?
  private var held: WindowText?

  init(_ plan: RowPlan) {
    windowBytes = plan.windowBytes
    leastDocuments = plan.shape == .pairs ? 2 : 1
  }

  /// Takes a document; returns a window that is finished by it.
  mutating func add(_ document: CorpusDocument) -> WindowText? {
    var window = open ?? WindowText(start: document.position)
    open = nil
    window.append(document.text)
    open = window
    guard window.bytes >= windowBytes && window.texts.count >= leastDocuments else { return nil }
    defer { (held, open) = (window, nil) }
    return held
  }

  /// The last windows.
  mutating func finish() -> [WindowText] {
    defer { (held, open) = (nil, nil) }
    guard var last = held else { return open.map { [$0] } ?? [] }
    guard let open else { return [last] }
    if open.bytes >= windowBytes / 2 && open.texts.count >= leastDocuments { return [last, open] }
    last.append(open)
    return [last]
  }
}
