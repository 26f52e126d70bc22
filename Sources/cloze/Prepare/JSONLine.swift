import JSON
import Pipelines
import Tokenizers

/// A JSON object on a line of the input.
struct JSONLine {
  private let object: JSONObject
  private let place: String

  /// The object on `line`; nil for a blank line.
  init?(_ line: String, _ lines: InputLines) throws {
    if line.allSatisfy(\.isWhitespace) { return nil }
    place = "\(lines.name), line \(lines.count)"
    let value: JSONValue
    do { value = try JSONValue.parse(Array(line.utf8)) } catch {
      throw UserError("\(place) is \(error)", .data)
    }
    guard let object = value.object else { throw UserError("\(place) is not a JSON object", .data) }
    self.object = object
  }

  /// The text under `key`.
  func text(_ key: String) throws -> String {
    guard let text = try optionalText(key) else { throw UserError("\(place) has no \"\(key)\"", .data) }
    return text
  }

  /// The text under `key`, nil where there is none.
  func optionalText(_ key: String) throws -> String? {
    guard let value = object[key], value != .null else { return nil }
    guard let text = value.string else { throw UserError("\(place): \"\(key)\" is not text", .data) }
    return text
  }

  /// The ids under `key`.
  func ids(_ key: String) throws -> [Int32] {
    guard let list = object[key]?.array else { throw UserError("\(place) has no list \"\(key)\"", .data) }
    return try list.map { value in
      guard let id = value.int.flatMap({ Int32(exactly: $0) }) else {
        throw UserError("\(place): \"\(key)\" holds something that is no id", .data)
      }
      return id
    }
  }
}

extension Encoding {
  /// The encoding as the verbs print it.
  var json: JSONValue {
    [
      "ids": .array(ids.map { JSONValue($0) }), "tokens": .array(tokens.map { .string($0) }),
      "offsets": .array(offsets.map { [JSONValue($0.lowerBound), JSONValue($0.upperBound)] }),
      "word_ids": .array(wordIds.map { $0.map { JSONValue($0) } ?? .null }),
      "type_ids": .array(typeIds.map { JSONValue($0) }),
    ]
  }
}
