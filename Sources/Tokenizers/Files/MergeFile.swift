import JSON

/// Byte-pair merges as files spell them, checked against the vocabulary.
enum MergeFile {
  /// The `merges` of a model: pairs, or strings with a space between.
  static func merges(
    _ place: JSONPlace, in vocabulary: Vocabulary, continuingPrefix: String = ""
  ) throws(TokenizerError) -> [BytePairModel.Merge] {
    var merges: [BytePairModel.Merge] = []
    for item in try place.elements() {
      let parts: [String]
      if item.value.string != nil {
        parts = Self.parts(of: try item.string()[...])
      } else {
        parts = try item.elements().map { part throws(TokenizerError) in try part.string() }
      }
      merges.append(try merge(parts, vocabulary, continuingPrefix, item.file, item.path))
    }
    return merges
  }

  /// `merges.txt`: one merge a line, after a line with the format's version.
  static func merges(
    lines bytes: [UInt8], file: String, in vocabulary: Vocabulary
  ) throws(TokenizerError) -> [BytePairModel.Merge] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(file: file, place: "the whole", problem: "it is not UTF-8")
    }
    var merges: [BytePairModel.Merge] = []
    for (number, line) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let line = Substring(line.last == 0x0D ? line.dropLast() : line)
      if line.isEmpty || line.utf8.starts(with: "#version".utf8) { continue }
      merges.append(try merge(parts(of: line), vocabulary, "", file, "line \(number + 1)"))
    }
    return merges
  }

  private static func parts(of line: Substring) -> [String] {
    line.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { String(Substring($0)) }
  }

  private static func merge(
    _ parts: [String], _ vocabulary: Vocabulary, _ prefix: String, _ file: String, _ place: String
  ) throws(TokenizerError) -> BytePairModel.Merge {
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw .malformed(file: file, place: place, problem: "a merge has \(parts.count) parts instead of 2")
    }
    // The library leaves out as many scalars as the prefix has, whatever they are.
    let continuation = String(parts[1].unicodeScalars.dropFirst(prefix.unicodeScalars.count))
    guard let left = vocabulary.modelID(of: parts[0]), let right = vocabulary.modelID(of: parts[1]),
      let result = vocabulary.modelID(of: parts[0] + continuation)
    else {
      throw .malformed(file: file, place: place, problem: "a part of the merge or its result is not in the vocabulary")
    }
    return BytePairModel.Merge(left: left, right: right, result: result)
  }
}
