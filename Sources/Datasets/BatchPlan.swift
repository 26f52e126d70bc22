/// Where a row is: its epoch, its window, and its number there.
public struct SampleAddress: Hashable, Sendable {
  /// The epoch.
  public var epoch: Int
  /// The window's place in the corpus.
  public var window: Int
  /// The row's number in its window.
  public var row: Int

  /// An address.
  public init(epoch: Int, window: Int, row: Int) {
    self.epoch = epoch
    self.window = window
    self.row = row
  }
}

/// How far a step is in its epoch: where its first row is read.
public struct BatchCursor: Hashable, Sendable {
  /// The epoch.
  public var epoch: Int
  /// How many windows of the epoch come before.
  public var windowPlace: Int
  /// The window's place in the corpus.
  public var window: Int
  /// Rows of the window that come before, in the epoch's order.
  public var rowPlace: Int
}

/// Which rows each step reads: a function of the step alone.
public protocol BatchPlan: Sendable {
  /// Steps of one epoch; the same for all epochs, none of which share a step.
  var stepsPerEpoch: Int { get }
  /// How many steps there are: `Int.max` for training, which goes on from epoch to epoch.
  var stepCount: Int { get }
  /// The window order of each epoch.
  var order: WindowOrder { get }
  /// Where a step begins.
  func cursor(of step: Int) throws(DatasetError) -> BatchCursor
  /// The rows of a step in order.
  /// - Parameter lengths: the tokens of each row of a window; asked for only by plans that need them.
  func addresses(of step: Int, lengths: (Int) throws -> [Int32]) throws -> [SampleAddress]
}

extension BatchPlan {
  /// The epoch a step belongs to and its number there.
  func epochAndBatch(of step: Int) throws(DatasetError) -> (epoch: Int, batch: Int) {
    guard step >= 0 && step < stepCount else { throw .noSuchStep(step, of: stepCount) }
    return (step / stepsPerEpoch, step % stepsPerEpoch)
  }
}

extension Array {
  /// These rows dealt in order to `count` slots whose sizes differ by at most one: slot i gets the rows
  /// i·n/count ..< (i+1)·n/count. Slots may be empty.
  public func slots(_ count: Int) -> [ArraySlice<Element>] {
    (0..<Swift.max(0, count)).map { self[$0 * self.count / count..<($0 + 1) * self.count / count] }
  }
}

extension DatasetIndex.PartIndex {
  /// The sample id of a row.
  public func sample(_ address: SampleAddress) -> UInt64 { firstSamples[address.window] + UInt64(address.row) }
}
