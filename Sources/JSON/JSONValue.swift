/// A JSON value (RFC 8259): integers that fit 64 bits stay exact, every other number is a `Double`.
public indirect enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  /// The text, if this is a string.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The integer, if this is one; a number without a fraction, such as 3.0 or 1e3, counts.
  public var int: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, whether written as an integer or not.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The truth value, if this is `true` or `false`.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The elements, if this is an array.
  public var array: [JSONValue]? {
    if case .array(let values) = self { values } else { nil }
  }

  /// The members, if this is an object.
  public var object: JSONObject? {
    if case .object(let members) = self { members } else { nil }
  }

  /// True for `null` alone.
  public var isNull: Bool { self == .null }

  /// The member of that name; `nil` where it is missing or this is no object.
  public subscript(key: String) -> JSONValue? { object?[key] }

  /// The element at that place; `nil` where there is none or this is no array.
  public subscript(place: Int) -> JSONValue? {
    guard let values = array, values.indices.contains(place) else { return nil }
    return values[place]
  }

  /// The kind of value in words, for messages: "an object", "a string" …
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }

  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }

  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }

  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// An object; of two equal keys the later wins.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}

extension JSONValue {
  /// An integer; one too large for 64 signed bits becomes a number.
  public init(_ value: some BinaryInteger) {
    if let exact = Int64(exactly: value) { self = .integer(exact) } else { self = .number(Double(value)) }
  }

  /// A number.
  public init(_ value: Double) { self = .number(value) }

  /// A number that prints with the digits of the `Float`, not of its widening.
  public init(_ value: Float) { self = .number(Double(value.description) ?? Double(value)) }

  /// A string.
  public init(_ value: String) { self = .string(value) }

  /// `true` or `false`.
  public init(_ value: Bool) { self = .bool(value) }
}
