/// Steps of about a fixed number of tokens.
///
/// A window of T tokens makes ⌈T / budget⌉ steps, whatever the epoch; its rows, in the epoch's order, are taken until
/// the step's share of T is filled. So the steps of an epoch are known without its rows, and none crosses a window.
public struct TokenBudgetPlan: BatchPlan {
  /// Tokens of a step, special ones included; a step may exceed it by less than one row.
  public let batchTokens: Int
  /// The window order of each epoch.
  public let order: WindowOrder
  /// Σ over windows of ⌈tokens / budget⌉.
  public let stepsPerEpoch: Int
  /// Steps of each window, in corpus order.
  private let steps: [Int]

  /// A plan over the rows of a part.
  /// - Throws: `DatasetError.noRows`, or `.setting` for a budget below 1.
  public init(
    _ index: DatasetIndex, part: Part = .training, batchTokens: Int, seed: UInt64
  ) throws(DatasetError) {
    guard batchTokens >= 1 else {
      throw .setting(key: "batch_tokens", value: "\(batchTokens)", range: "at least 1")
    }
    guard index[part].rowCount > 0 else { throw .noRows(part: part) }
    self.batchTokens = batchTokens
    order = WindowOrder(index[part], part: part, seed: seed)
    steps = index[part].windows.map { window in
      window.rows == 0 ? 0 : min(window.rows, max(1, (window.tokens - 1) / batchTokens + 1))
    }
    stepsPerEpoch = steps.reduce(0, +)
  }

  /// `Int.max` for training; the steps of one pass for validation.
  public var stepCount: Int { order.part == .training ? .max : stepsPerEpoch }

  /// Where a step's window begins; how many of its rows other steps take is known only with their lengths.
  public func cursor(of step: Int) throws(DatasetError) -> BatchCursor {
    try windowAndBatch(of: step).cursor
  }

  /// The rows of a step in order.
  public func addresses(of step: Int, lengths: (Int) throws -> [Int32]) throws -> [SampleAddress] {
    let (cursor, batch) = try windowAndBatch(of: step)
    let rows = order.rows(
      of: cursor.window, epoch: cursor.epoch, places: 0..<order.rowCounts[cursor.window])
    let lengths = try lengths(cursor.window)
    let shares = Self.shares(rows.map { Int(lengths[$0.row]) }, count: steps[cursor.window])
    return Array(rows[shares[batch]])
  }

  private func windowAndBatch(of step: Int) throws(DatasetError) -> (cursor: BatchCursor, batch: Int) {
    let (epoch, number) = try epochAndBatch(of: step)
    var batch = number
    for (place, window) in order.windows(epoch: epoch).enumerated() {
      if batch < steps[window] {
        return (BatchCursor(epoch: epoch, windowPlace: place, window: window, rowPlace: 0), batch)
      }
      batch -= steps[window]
    }
    throw .noSuchStep(step, of: stepCount)
  }

  /// Rows cut into `count` runs of about equal tokens: run k ends with the row that fills (k+1)/count of all tokens.
  /// None is empty if there are as many rows.
  package static func shares(_ lengths: [Int], count: Int) -> [Range<Int>] {
    let total = lengths.reduce(0, +)
    var shares: [Range<Int>] = []
    var (start, end, tokens) = (0, 0, 0)
    for run in 0..<count {
      let last = lengths.count - (count - run - 1)
      while end < last, end == start || tokens * count < total * (run + 1) {
        tokens += lengths[end]
        end += 1
      }
      shares.append(start..<end)
      start = end
    }
    return shares
  }
}
