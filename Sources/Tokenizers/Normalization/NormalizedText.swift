/// A text in the making: normalized scalars, each with the place of the scalar of the text that it came from.
struct NormalizedText: Sendable {
  var scalars: [UInt32] = []
  /// The place in the original text of each scalar.
  var sources: [Int] = []

  init() {}

  /// The text as it is.
  init(_ text: UnsafeBufferPointer<UInt8>) {
    scalars.reserveCapacity(text.count)
    sources.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      let (scalar, length) = UTF8Text.scalar(in: text, at: position)
      sources.append(scalars.count)
      scalars.append(scalar)
      position += length
    }
  }

  init(scalarsOf text: String) {
    scalars = text.unicodeScalars.map(\.value)
    sources = Array(scalars.indices)
  }

  var isEmpty: Bool { scalars.isEmpty }

  var text: String { String(decoding: UTF8Text.bytes(of: scalars), as: UTF8.self) }

  /// A part of the text.
  subscript(range: Range<Int>) -> NormalizedText {
    var part = NormalizedText()
    part.scalars = Array(scalars[range])
    part.sources = Array(sources[range])
    return part
  }

  /// Puts each scalar's image in its place; nil stands for itself, an empty one drops it.
  mutating func replaceEach(_ image: (UInt32) -> [UInt32]?) {
    var newScalars: [UInt32] = []
    var newSources: [Int] = []
    newScalars.reserveCapacity(scalars.count)
    newSources.reserveCapacity(scalars.count)
    for (scalar, source) in zip(scalars, sources) {
      guard let replacement = image(scalar) else {
        newScalars.append(scalar)
        newSources.append(source)
        continue
      }
      newScalars += replacement
      newSources += repeatElement(source, count: replacement.count)
    }
    (scalars, sources) = (newScalars, newSources)
  }

  /// Puts scalars before the first one, at its place in the text; does nothing to an empty text.
  mutating func prepend(_ prefix: [UInt32]) {
    guard let first = sources.first else { return }
    scalars.insert(contentsOf: prefix, at: 0)
    sources.insert(contentsOf: repeatElement(first, count: prefix.count), at: 0)
  }

  /// Puts `content` where a pattern matches, at the place of the last scalar matched.
  mutating func replace(_ pattern: TextPattern, with content: [UInt32]) {
    let parts = self.parts(by: pattern)
    guard parts.contains(where: \.isMatch) else { return }
    var result = NormalizedText()
    for (range, isMatch) in parts {
      if isMatch {
        result.scalars += content
        let source = range.upperBound > 0 ? sources[range.upperBound - 1] : 0
        result.sources += repeatElement(source, count: content.count)
      } else {
        result.scalars += scalars[range]
        result.sources += sources[range]
      }
    }
    self = result
  }
}
