import Kernels
import Randomness

/// Which sample each row of a tensor belongs to, so that random numbers can be drawn per sample.
///
/// Row r of sample s is counted from the sample's first row: a dropout mask depends on the sample alone, not on what else
/// is in the batch.
public final class RowLayout {
  let offsets: UnsafeMutablePointer<Int32>
  let samples: UnsafeMutablePointer<UInt64>
  let sampleCount: Int
  let rowCount: Int
  let epoch: Int

  /// A layout of rows: where each sample's rows start (count + 1 numbers), and the samples' ids.
  init(offsets list: [Int32], samples ids: [UInt64], epoch: Int) {
    require(list.count == ids.count + 1, "\(ids.count) samples need \(ids.count + 1) offsets, not \(list.count)")
    offsets = .allocate(capacity: list.count)
    for (index, offset) in list.enumerated() { (offsets + index).initialize(to: offset) }
    samples = .allocate(capacity: max(1, ids.count))
    for (index, sample) in ids.enumerated() { (samples + index).initialize(to: sample) }
    sampleCount = ids.count
    rowCount = Int(list[ids.count])
    self.epoch = epoch
  }

  deinit {
    offsets.deallocate()
    samples.deallocate()
  }

  /// The position of this layout's random numbers at one site.
  func dropoutPositions(key: RandomKey, site: Int) -> DropoutPositions {
    DropoutPositions(
      key: key, epoch: epoch, site: site, sequenceOffsets: UnsafePointer(offsets), samples: UnsafePointer(samples),
      sequenceCount: sampleCount)
  }
}

/// Integers on a tape's side: token ids, positions, places to gather.
public struct Indices {
  let storage: Storage
  /// How many there are.
  public let count: Int
  /// The samples of the rows they select or stand for.
  let layout: RowLayout?

  var pointer: UnsafePointer<Int32> { UnsafePointer(storage.base.assumingMemoryBound(to: Int32.self)) }
}
