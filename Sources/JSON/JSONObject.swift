/// The members of a JSON object, in their order and with unique keys.
///
/// Keys are told apart by their bytes: "é" in one and in two code points are two keys, as everywhere but in Swift.
public struct JSONObject: Sendable {
  /// The keys, in order.
  public private(set) var keys: [String] = []
  /// The values, in the order of their keys.
  public private(set) var values: [JSONValue] = []
  /// Where each key is, kept only above `directSearchCount` members.
  private var places: [ExactText: Int] = [:]

  /// How many members are searched one by one before a table pays.
  private static let directSearchCount = 12

  /// An object without members.
  public init() {}

  /// An object of these members; of two equal keys the later wins.
  public init(_ pairs: [(String, JSONValue)]) {
    for (key, value) in pairs { set(key, value) }
  }

  /// The number of members.
  public var count: Int { keys.count }

  /// True without members.
  public var isEmpty: Bool { keys.isEmpty }

  /// The value of that key; assigning `nil` removes the member.
  public subscript(key: String) -> JSONValue? {
    get { place(of: key).map { values[$0] } }
    set {
      if let newValue { set(key, newValue) } else { remove(key) }
    }
  }

  /// Gives `key` a value: in its old place, or at the end.
  public mutating func set(_ key: String, _ value: JSONValue) {
    if let place = place(of: key) { values[place] = value } else { append(key, value) }
  }

  /// Removes the member of that key, if there is one.
  public mutating func remove(_ key: String) {
    guard let place = place(of: key) else { return }
    keys.remove(at: place)
    values.remove(at: place)
    places = [:]
    if count > Self.directSearchCount { indexKeys() }
  }

  /// The members, in order.
  public var pairs: Zip2Sequence<[String], [JSONValue]> { zip(keys, values) }

  /// Adds a member whose key is known to be new.
  mutating func append(_ key: String, _ value: JSONValue) {
    keys.append(key)
    values.append(value)
    if !places.isEmpty {
      places[ExactText(key)] = keys.count - 1
    } else if count > Self.directSearchCount {
      indexKeys()
    }
  }

  func place(of key: String) -> Int? {
    places.isEmpty ? keys.firstIndex { $0.utf8.elementsEqual(key.utf8) } : places[ExactText(key)]
  }

  private mutating func indexKeys() {
    for (place, key) in keys.enumerated() { places[ExactText(key)] = place }
  }
}

extension JSONObject: Equatable {
  /// True for the same keys with equal values, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    return left.pairs.allSatisfy { right[$0] == $1 }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object of these members; of two equal keys the later wins.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

/// A string whose equality is that of its bytes, not Swift's canonical equivalence.
private struct ExactText: Hashable, Sendable {
  private let text: String

  init(_ text: String) { self.text = text }

  static func == (left: ExactText, right: ExactText) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
