import Foundation

/// The texts of a file.
enum Texts {
  /// Lines, or neighboring ones joined until they have some 24 kB, as chapters have.
  static func read(_ path: String, byLine: Bool) throws -> [String] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    if byLine { return lines }
    var texts: [String] = []
    var current = ""
    for line in lines {
      current += line + "\n"
      if current.utf8.count >= 24_000 {
        texts.append(current)
        current = ""
      }
    }
    return current.isEmpty ? texts : texts + [current]
  }
}
