import Kernels
import Randomness

/// A differentiable operation: what it kept from the forward pass, and how gradients flow back through it.
protocol Operation {
  /// The parameters that it gives gradients to.
  var parameters: [Parameter] { get }
  /// Adds to `gradients` what the output's gradient means for the inputs, and to each parameter its share.
  func backward(_ outputGradient: Tensor, into gradients: inout Gradients)
}

extension Operation {
  var parameters: [Parameter] { [] }
}

/// Records operations as they run; backward replays them in reverse.
///
/// The tape enters with the data and carries what ops would otherwise need as arguments: whether gradients are wanted,
/// whether dropout applies, and the random key. One thread at a time uses a tape; its kernels use the thread pool.
public final class Tape {
  /// Where the numbers of this tape live.
  public let workspace: Workspace
  /// Whether operations are recorded for `backward`.
  public let recordsGradients: Bool
  /// Whether dropout drops; otherwise it is the identity.
  public let appliesDropout: Bool
  /// The key of dropout's random numbers.
  public let key: RandomKey
  /// What matrix products multiply.
  public let precision: Precision
  /// Whether layers keep their input alone for backward, which computes them again.
  public let recomputesLayers: Bool
  /// Takes the time of every kernel; nil for none.
  public var profile: OpProfile?
  /// Floating-point operations of the matrix products so far, forward only.
  public private(set) var forwardFlops = 0.0

  private var isReplaying = false
  /// Whether what runs forward has been counted before.
  private var isRepeating = false
  /// Whether what runs forward will run again.
  private var isRehearsal = false
  private var records: [Record] = []
  /// On a tape without gradients whose operations will run again with them: the parameters that they use.
  private(set) var usedParameters: [Parameter] = []
  private var shapes: [Shape] = []
  private var layouts: [RowLayout?] = []

  private struct Record {
    let operation: any Operation
    let output: Int
  }

  /// An empty tape over `workspace`.
  public init(
    workspace: Workspace, recordsGradients: Bool, appliesDropout: Bool,
    key: RandomKey = RandomKey(seed: 0, purpose: .dropout), precision: Precision = .float32,
    recomputesLayers: Bool = false
  ) {
    self.workspace = workspace
    self.recordsGradients = recordsGradients
    self.appliesDropout = appliesDropout
    self.key = key
    self.precision = precision.here
    self.recomputesLayers = recomputesLayers
  }

  /// A tape on which a part of what runs here runs for itself: without a record, or once more with one.
  func companion(recordsGradients: Bool) -> Tape {
    let tape = Tape(
      workspace: workspace, recordsGradients: recordsGradients, appliesDropout: appliesDropout, key: key,
      precision: precision)
    tape.profile = profile
    tape.isRepeating = recordsGradients
    tape.isRehearsal = !recordsGradients
    return tape
  }

  /// Counts what ran on another tape as if it had run here.
  func countForward(of other: Tape) { forwardFlops += other.forwardFlops }

  /// A tape for using a model: neither gradients nor dropout.
  public static func inference(_ workspace: Workspace, precision: Precision = .float32) -> Tape {
    Tape(workspace: workspace, recordsGradients: false, appliesDropout: false, precision: precision)
  }

  /// A constant: numbers that come from outside, into which no gradient flows.
  public func constant(_ values: [Float], shape: Shape) -> Tensor {
    require(values.count == shape.count, "\(values.count) numbers don't fill shape \(shape)")
    let tensor = uninitialized(shape)
    if !workspace.isDry {
      for (index, value) in values.enumerated() { (tensor.pointer + index).initialize(to: value) }
    }
    return tensor
  }

  /// Integers copied to the tape's side; `layout` tells the samples of the rows they stand for.
  func indices(_ values: [Int32], layout: RowLayout?) -> Indices {
    let storage = workspace.block(byteCount: max(1, values.count) * 4)
    if !workspace.isDry {
      let base = storage.base.bindMemory(to: Int32.self, capacity: max(1, values.count))
      for (index, value) in values.enumerated() { base[index] = value }
    }
    return Indices(storage: storage, count: values.count, layout: layout)
  }

  /// Runs the recorded operations in reverse, starting from sums weighted by `seeds`.
  ///
  /// Adds to the gradient of every parameter that was used. Each activation is freed once its gradient has flowed.
  public func backward(from sums: [(sum: Tensor, seed: Float)]) {
    var gradients = Gradients(tape: self, count: shapes.count)
    for (sum, seed) in sums {
      let tensor = uninitialized(sum.shape)
      compute("seed", floats: sum.shape.count) {
        ElementwiseKernel.fill(tensor.pointer, value: seed, count: sum.shape.count)
      }
      gradients.add(tensor, to: sum)
    }
    replay(&gradients)
  }

  /// Runs the recorded operations in reverse, starting from a given gradient of `output`.
  func backward(_ output: Tensor, gradient: [Float]) {
    var gradients = Gradients(tape: self, count: shapes.count)
    gradients.add(constant(gradient, shape: output.shape), to: output)
    replay(&gradients)
  }

  /// Runs the recorded operations in reverse, starting from the gradient of `output`; that of `input`, if any flowed there.
  func backward(_ output: Tensor, gradient: Tensor, of input: Tensor) -> Tensor? {
    var gradients = Gradients(tape: self, count: shapes.count)
    gradients.add(gradient, to: output)
    replay(&gradients)
    return gradients.take(input.variable, shape: input.shape, layout: input.layout)
  }

  private func replay(_ gradients: inout Gradients) {
    require(recordsGradients, "this tape records no gradients")
    isReplaying = true
    defer { isReplaying = false }
    while let record = records.popLast() {
      if let gradient = gradients.take(record.output, shape: shapes[record.output], layout: layouts[record.output]) {
        record.operation.backward(gradient, into: &gradients)
      }
      for parameter in record.operation.parameters { parameter.endUse(on: self) }
    }
  }

  /// The types of the recorded operations.
  var operationNames: Set<String> { Set(records.map { "\(type(of: $0.operation))" }) }

  /// Runs a kernel: the one place that a dry run skips and a profile measures.
  ///
  /// - Parameters:
  ///   - flops: of matrix products; what backward computes again does not count.
  ///   - floats: numbers that must be read or written at least once.
  @inline(__always)
  func compute(_ name: StaticString, flops: Double = 0, floats: Int = 0, _ kernel: () -> Void) {
    if !isReplaying { forwardFlops += flops }
    if workspace.isDry { return }
    guard let profile else { return kernel() }
    let isCounted = isReplaying || !isRepeating
    profile.measure("\(name)", flops: isCounted ? flops : 0, bytes: 4 * Double(floats), kernel)
  }

  /// Whether products with so many rows round the numbers that they multiply to bfloat16. A product of few rows is bound
  /// by reading weights: where these change at every step, rounding them for it does not pay.
  func roundsProducts(rows: Int) -> Bool {
    precision == .bfloat16 && (rows > LinearKernel.fewRows || !isLearning)
  }

  /// Whether this is a step of training, be it the first pass of layers that are computed again.
  var isLearning: Bool { recordsGradients || isRehearsal }

  /// A tensor whose numbers are yet to be written and into which no gradient flows.
  func uninitialized(_ shape: Shape, layout: RowLayout? = nil, isRounded: Bool = false) -> Tensor {
    Tensor(
      shape: shape, tape: self, storage: block(for: shape, isRounded: isRounded), isRounded: isRounded, variable: -1,
      layout: layout)
  }

  /// The output of an operation: a tensor that gradients flow into, if this tape records them.
  func output(_ shape: Shape, layout: RowLayout? = nil, isRounded: Bool = false) -> Tensor {
    guard recordsGradients else { return uninitialized(shape, layout: layout, isRounded: isRounded) }
    return variable(block(for: shape, isRounded: isRounded), shape, layout: layout, isRounded: isRounded)
  }

  /// An output in storage that exists already.
  func variable(_ storage: Storage, _ shape: Shape, layout: RowLayout?, isRounded: Bool = false) -> Tensor {
    shapes.append(shape)
    layouts.append(layout)
    return Tensor(
      shape: shape, tape: self, storage: storage, isRounded: isRounded, variable: shapes.count - 1, layout: layout)
  }

  private func block(for shape: Shape, isRounded: Bool) -> Storage {
    workspace.block(byteCount: shape.count * NumberPointer.stride(isRounded: isRounded))
  }

  /// Remembers how gradients flow back through `output`.
  func record(_ output: Tensor, _ operation: @autoclosure () -> any Operation) {
    if recordsGradients {
      let operation = operation()
      for parameter in operation.parameters { parameter.beginUse() }
      records.append(Record(operation: operation, output: output.variable))
    } else if isRehearsal {
      usedParameters += operation().parameters
    }
  }
}
