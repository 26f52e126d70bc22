import FoundationEssentials
import Glibc
import JSON

extension PipelineConfiguration {
  /// Every setting as YAML: what `plan --resolved` prints and `resolved.yaml` holds. Its paths are absolute, so that it
  /// means the same wherever it lies and is read.
  /// - Parameters:
  ///   - explained: with the help of each key behind it.
  ///   - folder: where relative paths begin; the current folder if nil.
  public func resolved(explained: Bool = false, from folder: String? = nil) -> String {
    var settled = self
    settled.settle(in: folder ?? FileManager.default.currentDirectoryPath)
    var writer = YAMLWriter(help: explained ? Self.helpByPath : [:])
    writer.write(settled.settings(.all), path: "", indentation: 0)
    return writer.text
  }

  private static var helpByPath: [String: String] {
    Dictionary(allKeys.map { ($0.path, $0.help) }, uniquingKeysWith: { first, _ in first })
  }
}

/// Writes JSON values as YAML that reads back to the same.
struct YAMLWriter {
  let help: [String: String]
  private(set) var text = ""

  init(help: [String: String] = [:]) { self.help = help }

  mutating func write(_ value: JSONValue, path: String, indentation: Int) {
    for (key, member) in value.object?.pairs.map({ ($0.0, $0.1) }) ?? [] {
      let inner = path.isEmpty ? key : "\(path).\(key)"
      let indent = String(repeating: " ", count: indentation)
      if let object = member.object, !object.keys.isEmpty {
        line("\(indent)\(key):", help: help[inner])
        write(member, path: inner, indentation: indentation + 2)
      } else if let elements = member.array, elements.contains(where: { $0.object != nil }) {
        line("\(indent)\(key):", help: help[inner])
        for element in elements { writeElement(element, path: inner + "[]", indentation: indentation + 2) }
      } else {
        line("\(indent)\(key): \(Self.flow(member))", help: help[inner])
      }
    }
  }

  /// A map behind a dash.
  private mutating func writeElement(_ element: JSONValue, path: String, indentation: Int) {
    var inner = YAMLWriter(help: help)
    inner.write(element, path: path, indentation: indentation + 2)
    text += String(repeating: " ", count: indentation) + "- " + inner.text.dropFirst(indentation + 2)
  }

  private mutating func line(_ content: String, help: String?) {
    guard let help else { return text += content + "\n" }
    text += content + String(repeating: " ", count: max(2, 42 - content.count)) + "# \(help)\n"
  }

  /// A value on one line.
  static func flow(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): scalar(text)
    case .array(let elements): "[" + elements.map { flow($0) }.joined(separator: ", ") + "]"
    case .object(let members): "{" + members.pairs.map { "\($0.0): \(flow($0.1))" }.joined(separator: ", ") + "}"
    default: value.text()
    }
  }

  /// Text, in quotes where plain text could be read as something else.
  static func scalar(_ text: String) -> String {
    let isSafe = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: "_-./".utf8.contains(byte)
      }
    }
    let starts = text.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "/" } ?? false
    let isWord = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    return isSafe && starts && !isWord ? text : JSONValue.string(text).text()
  }
}
