import JSON

/// A JSON value with the file and the path it stands at, so that every complaint names its place.
struct JSONPlace {
  let value: JSONValue
  let file: String
  let path: String

  init(parsing bytes: [UInt8], file: String) throws(TokenizerError) {
    do {
      value = try JSONValue.parse(bytes)
    } catch {
      throw .malformed(file: file, place: "byte \(error.offset)", problem: "\(error)")
    }
    self.file = file
    path = ""
  }

  private init(_ value: JSONValue, file: String, path: String) {
    self.value = value
    self.file = file
    self.path = path
  }

  /// A member, nil where it is missing or null.
  subscript(key: String) -> JSONPlace? {
    guard let member = value[key], !member.isNull else { return nil }
    return JSONPlace(member, file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }

  func required(_ key: String) throws(TokenizerError) -> JSONPlace {
    if let member = self[key] { return member }
    throw malformed("\(key) is missing")
  }

  func elements() throws(TokenizerError) -> [JSONPlace] {
    guard let array = value.array else { throw wrongKind("an array") }
    return array.enumerated().map { JSONPlace($1, file: file, path: "\(path)[\($0)]") }
  }

  func object() throws(TokenizerError) -> JSONObject {
    guard let object = value.object else { throw wrongKind("an object") }
    return object
  }

  func string() throws(TokenizerError) -> String {
    guard let string = value.string else { throw wrongKind("a string") }
    return string
  }

  func int() throws(TokenizerError) -> Int {
    guard let int = value.int else { throw wrongKind("an integer") }
    return int
  }

  func bool() throws(TokenizerError) -> Bool {
    guard let bool = value.bool else { throw wrongKind("true or false") }
    return bool
  }

  func string(_ key: String, default fallback: String) throws(TokenizerError) -> String {
    guard let member = self[key] else { return fallback }
    return try member.string()
  }

  func bool(_ key: String, default fallback: Bool) throws(TokenizerError) -> Bool {
    guard let member = self[key] else { return fallback }
    return try member.bool()
  }

  /// The `type` of a component.
  func type() throws(TokenizerError) -> String { try required("type").string() }

  func malformed(_ problem: String) -> TokenizerError {
    .malformed(file: file, place: path.isEmpty ? "the whole" : path, problem: problem)
  }

  func unsupported(_ part: String) -> TokenizerError {
    .unsupported(file: file, place: path.isEmpty ? "the whole" : path, part: part)
  }

  private func wrongKind(_ expected: String) -> TokenizerError {
    malformed("expected \(expected), found \(value.kind)")
  }
}
