import Models
import NN
import Tensors

/// A parameter, or a part of one, in the form in which files hold it.
public struct PublishedTensor {
  /// The published name.
  public let name: String
  /// The published extents.
  public let shape: [Int]
  private let slab: Slab
  private let ranges: [Range<Int>]
  private let isTransposed: Bool

  /// The tensors of a model, sorted by name, with numbers from `slab`: values, gradients or moments.
  ///
  /// - Parameter isBare: leaves out the heads and the prefix of the bare model, as `BertModel` has it.
  public static func all(
    of model: any PublishedModel, in store: ParameterStore, from slab: Slab, isBare: Bool = false
  ) -> [PublishedTensor] {
    let keys = model.publishedKeys
    let wanted = isBare ? keys.keys.filter { $0.name.hasPrefix(keys.basePrefix) } : keys.keys
    return wanted.map { key in
      let name = isBare ? String(key.name.dropFirst(keys.basePrefix.count)) : key.name
      return PublishedTensor(name: name, key: key, entry: entry(key, in: store), slab: slab)
    }.sorted { $0.name < $1.name }
  }

  private init(name: String, key: PublishedKey, entry: ParameterStore.Entry, slab: Slab) {
    self.name = name
    self.slab = slab
    let (extents, ranges) = key.place(in: entry)
    self.ranges = ranges
    isTransposed = key.isTransposed
    shape = key.isTransposed ? extents.reversed() : extents
  }

  static func entry(_ key: PublishedKey, in store: ParameterStore) -> ParameterStore.Entry {
    guard let entry = store[key.path] else { requirementFailed("no parameter \(key.path) for \(key.name)") }
    return entry
  }

  /// A copy of the numbers, in the order of the published extents.
  public var floats: [Float] {
    let values = ranges.count == 1 ? slab.floats(ranges[0]) : ranges.flatMap { slab.floats($0) }
    return isTransposed ? transposed(values, rows: shape[1], columns: shape[0]) : values
  }
}

extension PublishedKey {
  /// The extents of the part of our parameter that this key names, and its floats in a slab in the file's order.
  func place(in entry: ParameterStore.Entry) -> (extents: [Int], ranges: [Range<Int>]) {
    var extents = entry.parameter.shape.list
    guard let rows else { return (extents, [entry.range]) }
    let width = entry.range.count / max(1, extents[0])
    extents[0] = rows.reduce(0) { $0 + $1.count }
    let start = entry.range.lowerBound
    return (extents, rows.map { start + $0.lowerBound * width..<start + $0.upperBound * width })
  }
}

/// The transpose of a matrix of `rows` × `columns`.
func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
  var result = [Float](repeating: 0, count: values.count)
  for row in 0..<rows {
    for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
  }
  return result
}
