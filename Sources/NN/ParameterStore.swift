import Randomness
import Tensors

/// All parameters of a model in one slab.
///
/// They lie in reverse order of declaration, because gradients are finished from the end, each at a multiple of 64 bytes.
/// Gradients and moments are slabs of the same layout.
public final class ParameterStore {
  /// One parameter and its floats in the slab.
  public struct Entry {
    /// The path in the model, such as `layers.0.attention.output.weight`.
    public let path: String
    /// The cell that layers hold.
    public let parameter: Parameter
    /// Its floats in every slab.
    public let range: Range<Int>
    /// Whether weight decay applies: to tensors of two dimensions and more, not to norms and biases.
    public var decays: Bool { parameter.shape.rank >= 2 }
  }

  /// The parameters in slab order.
  public let entries: [Entry]
  /// The values, and the gradients while training.
  public let memory: ParameterMemory
  /// The length of a slab in floats, padding included.
  public let slabCount: Int
  private let indexOfPath: [String: Int]
  private let allocate: (Int) -> Slab

  /// Lays out the parameters of `model`; `allocate` makes slabs of zeros.
  public init(_ model: any Module, allocate: @escaping (Int) -> Slab = { Slab(count: $0) }) {
    let contents = ModuleContents(model)
    for (index, site) in contents.sites.enumerated() { site.index = index }
    var entries: [Entry] = []
    var end = 0
    for (path, parameter) in contents.parameters.reversed() {
      entries.append(Entry(path: path, parameter: parameter, range: end..<end + parameter.shape.count))
      end = (end + parameter.shape.count + 15) / 16 * 16
    }
    memory = ParameterMemory(values: allocate(end))
    for entry in entries { entry.parameter.place(in: memory, at: entry.range.lowerBound, path: entry.path) }
    self.entries = entries
    self.allocate = allocate
    slabCount = end
    indexOfPath = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.path, $0) })
  }

  /// The number of trained numbers.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.range.count } }

  /// The entry at a path.
  public subscript(path: String) -> Entry? { indexOfPath[path].map { entries[$0] } }

  /// Clears the gradients of parameters that the backward pass did not reach, and ends it.
  public func finishGradients() {
    for entry in entries { entry.parameter.settleGradient() }
    memory.endGradients()
  }

  /// A slab of zeros beside the parameters: for gradients or moments.
  public func makeSlab() -> Slab { allocate(slabCount) }

  /// A copy of one parameter's values.
  public func values(_ entry: Entry) -> [Float] { memory.values.floats(entry.range) }

  /// Draws every parameter's starting values; each depends on the seed and its own path only.
  public func initialize(seed: UInt64) {
    let key = RandomKey(seed: seed, purpose: .initialization)
    for entry in entries {
      memory.values.write(entry.parameter.startingValues(path: entry.path, key: key), at: entry.range.lowerBound)
    }
  }
}

extension ParameterStore {
  /// Takes over the values of every parameter that `other` has under the same path and shape and that `isWanted`.
  ///
  /// - Returns: the paths that were taken over.
  @discardableResult
  public func copyValues(from other: ParameterStore, where isWanted: (String) -> Bool = { _ in true }) -> [String] {
    entries.compactMap { entry in
      guard isWanted(entry.path), let source = other[entry.path], source.parameter.shape == entry.parameter.shape else {
        return nil
      }
      memory.values.write(other.values(source), at: entry.range.lowerBound)
      return entry.path
    }
  }
}
