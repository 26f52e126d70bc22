/// What is wrong with a JSON text, and at which byte.
public struct JSONError: Error, Equatable, Sendable {
  /// The kinds of fault.
  public enum Kind: Equatable, Sendable {
    case endOfInput
    case unexpectedByte(expected: String)
    case trailingBytes
    case duplicateKey
    case controlCharacter
    case invalidEscape
    case loneSurrogate
    case invalidUTF8
    case invalidNumber
    case numberOutOfRange
    case tooDeep(limit: Int)
    case tooLarge(limit: Int)
    case stringTooLong(limit: Int)
  }

  /// What is wrong.
  public let kind: Kind
  /// The byte it begins at, counted from 0.
  public let offset: Int

  /// A fault at a byte.
  public init(_ kind: Kind, at offset: Int) {
    self.kind = kind
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  /// One sentence without any of the text.
  public var description: String {
    let fault =
      switch kind {
      case .endOfInput: "the text ends too early"
      case .unexpectedByte(let expected): "\(expected) is expected"
      case .trailingBytes: "more follows after the value"
      case .duplicateKey: "a key appears twice in one object"
      case .controlCharacter: "a control character stands unescaped in a string"
      case .invalidEscape: "an escape is none of JSON's"
      case .loneSurrogate: "half of a surrogate pair stands alone"
      case .invalidUTF8: "a string is not valid UTF-8"
      case .invalidNumber: "a number is not written as JSON writes numbers"
      case .numberOutOfRange: "a number is too large for 64 bits"
      case .tooDeep(let limit): "more than \(limit) levels are nested"
      case .tooLarge(let limit): "the text is longer than \(limit) bytes"
      case .stringTooLong(let limit): "a string is longer than \(limit) bytes"
      }
    return "broken JSON at byte \(offset): \(fault)"
  }
}
