import Tensors

/// Elements dropped at random while training; the identity otherwise.
public struct Dropout: UnaryLayer {
  private let rate: Float
  private let site = RandomSite()

  /// Dropout with the given probability of zero.
  public init(_ rate: Double) {
    self.rate = Float(rate)
  }

  /// Drops elements of `x`.
  public func callAsFunction(_ x: Tensor) -> Tensor { dropout(x, rate: rate, site: site.index) }

  /// `x` and what is left of a branch.
  public func callAsFunction(_ branch: Tensor, joining x: Tensor) -> Tensor { add(x, branch, ofBranch) }

  /// The same for operations that do more in one walk.
  var ofBranch: BranchDropout { BranchDropout(rate: rate, site: site.index) }
}
