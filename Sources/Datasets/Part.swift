import Randomness

/// A side of the validation split.
public enum Part: String, Sendable, CaseIterable, Hashable {
  /// What the model learns from, in another order every epoch.
  case training
  /// What is held out, in corpus order and the same every time.
  case validation
}

/// The random numbers of planned rows: what a draw is for, and where it is made.
///
/// Draws for training follow (seed, epoch, sample). Draws for validation follow the sample alone, so that numbers
/// measured on the same rows can be compared across epochs and seeds.
struct RowDraws: Sendable {
  let seed: UInt64
  let part: Part

  enum Site: Int {
    case windowOrder, rowOrder, documentOrder, split, shortRow, partner
  }

  /// Numbers for one sample in one epoch.
  func numbers(_ purpose: Purpose, _ site: Site, sample: UInt64, epoch: Int = 0) -> RandomNumbers {
    switch part {
    case .training:
      RandomKey(seed: seed, purpose: purpose).numbers(sample: sample, epoch: epoch, site: site.rawValue)
    case .validation:
      RandomKey(seed: 0, purpose: .evaluation).numbers(sample: sample, site: site.rawValue)
    }
  }
}

extension RowDraws {
  /// An order of 0 ..< count.
  func order(_ site: Site, count: Int, sample: UInt64 = 0, epoch: Int = 0) -> Permutation {
    Permutation(count: count, numbers: numbers(.order, site, sample: sample, epoch: epoch))
  }
}
