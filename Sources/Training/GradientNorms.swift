/// The norms of the last gradients: what a spike is measured by.
public struct GradientNorms: Sendable, Equatable, BitwiseCopyable {
  private typealias Slots = InlineArray<128, Double>
  /// So many norms are kept.
  static let capacity = Slots.count
  /// A spike is so many times the median of those kept, and so many times what clipping lets through.
  static let spikeFactor = 10.0
  private var slots = Slots(repeating: 0)
  private var total = 0

  /// No norm yet.
  public init() {}

  /// The last of `norms`, oldest first.
  init(_ norms: [Double]) {
    for norm in norms { append(norm) }
  }

  /// Those kept, oldest first.
  var list: [Double] {
    (max(0, total - GradientNorms.capacity)..<total).map { slots[$0 % GradientNorms.capacity] }
  }

  /// Keeps another norm; those that are not finite say nothing about the others.
  mutating func append(_ norm: Double) {
    guard norm.isFinite else { return }
    slots[total % GradientNorms.capacity] = norm
    total += 1
    if total == 2 * GradientNorms.capacity { total = GradientNorms.capacity }
  }

  /// The largest norm of a step that is no spike; infinite before enough are known.
  func limit(clipNorm: Double?) -> Double {
    guard total >= GradientNorms.capacity else { return .infinity }
    let median = list.sorted()[GradientNorms.capacity / 2]
    return GradientNorms.spikeFactor * max(median, clipNorm ?? 0)
  }

  /// Whether the same norms are kept.
  public static func == (left: GradientNorms, right: GradientNorms) -> Bool { left.list == right.list }
}
