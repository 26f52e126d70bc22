/// Steps of a fixed number of rows. Batches run on from one window into the next, never into the next epoch: an
/// epoch's last batch is shorter.
public struct SequencePlan: BatchPlan {
  /// Rows of a step.
  public let batchSize: Int
  /// The window order of each epoch.
  public let order: WindowOrder
  private let rowCount: Int

  /// A plan over the rows of a part.
  /// - Throws: `DatasetError.noRows`, or `.setting` for a batch size below 1.
  public init(
    _ index: DatasetIndex, part: Part = .training, batchSize: Int, seed: UInt64
  ) throws(DatasetError) {
    guard batchSize >= 1 else {
      throw .setting(key: "batch_size", value: "\(batchSize)", range: "at least 1")
    }
    rowCount = index[part].rowCount
    guard rowCount > 0 else { throw .noRows(part: part) }
    self.batchSize = batchSize
    order = WindowOrder(index[part], part: part, seed: seed)
  }

  /// ⌈rows / batch size⌉.
  public var stepsPerEpoch: Int { (rowCount - 1) / batchSize + 1 }

  /// `Int.max` for training; the steps of one pass for validation.
  public var stepCount: Int { order.part == .training ? .max : stepsPerEpoch }

  /// Where a step begins.
  public func cursor(of step: Int) throws(DatasetError) -> BatchCursor {
    let (epoch, batch) = try epochAndBatch(of: step)
    var before = batch * batchSize
    let windows = order.windows(epoch: epoch)
    for (place, window) in windows.enumerated() {
      if before < order.rowCounts[window] {
        return BatchCursor(epoch: epoch, windowPlace: place, window: window, rowPlace: before)
      }
      before -= order.rowCounts[window]
    }
    throw .noSuchStep(step, of: stepCount)
  }

  /// The rows of a step in order; lengths are not asked for.
  public func addresses(of step: Int, lengths: (Int) throws -> [Int32]) throws -> [SampleAddress] {
    try addresses(of: step)
  }

  /// The rows of a step in order.
  public func addresses(of step: Int) throws(DatasetError) -> [SampleAddress] {
    let cursor = try cursor(of: step)
    var addresses: [SampleAddress] = []
    var first = cursor.rowPlace
    for window in order.windows(epoch: cursor.epoch)[cursor.windowPlace...] where addresses.count < batchSize {
      let end = min(order.rowCounts[window], first + batchSize - addresses.count)
      addresses += order.rows(of: window, epoch: cursor.epoch, places: first..<end)
      first = 0
    }
    return addresses
  }
}
