import Tensors

/// A layer or model: a value that holds parameters and modules, applied by calling it.
///
/// Its parameters are found by the names of its stored properties: `layers.0.attention.output.weight`.
public protocol Module {}

/// A layer from one tensor to one tensor.
public protocol UnaryLayer: Module {
  /// Applies the layer.
  func callAsFunction(_ x: Tensor) -> Tensor
}

/// The place where a module draws random numbers: an index over the model's modules, given when the model is placed.
public final class RandomSite {
  /// The index; 0 before the model is placed.
  public internal(set) var index = 0

  /// A site without index yet.
  public init() {}
}

/// What a walk over a model's stored properties found, in declaration order.
struct ModuleContents {
  var parameters: [(path: String, parameter: Parameter)] = []
  var sites: [RandomSite] = []
  private var seen = Set<ObjectIdentifier>()

  init(_ model: any Module) {
    visit(model, path: "")
  }

  /// Parameters that several layers share count once, under the first path.
  private mutating func visit(_ value: Any, path: String) {
    if let parameter = value as? Parameter {
      if seen.insert(ObjectIdentifier(parameter)).inserted { parameters.append((path, parameter)) }
      return
    }
    if let site = value as? RandomSite {
      if seen.insert(ObjectIdentifier(site)).inserted { sites.append(site) }
      return
    }
    let mirror = Mirror(reflecting: value)
    let isTransparent = mirror.displayStyle == .optional
    guard value is any Module || mirror.displayStyle == .collection || isTransparent else { return }
    for (index, child) in mirror.children.enumerated() {
      let name = mirror.displayStyle == .collection ? "\(index)" : child.label ?? "\(index)"
      let childPath = isTransparent ? path : path.isEmpty ? name : path + "." + name
      visit(child.value, path: childPath)
    }
  }
}

/// How many numbers a model trains, without giving them memory.
public struct ParameterCount: Sendable, Equatable {
  /// All trained numbers; shared ones count once.
  public let total: Int

  /// Counts the parameters of `model`.
  public init(of model: any Module) {
    total = ModuleContents(model).parameters.reduce(0) { $0 + $1.parameter.shape.count }
  }
}
