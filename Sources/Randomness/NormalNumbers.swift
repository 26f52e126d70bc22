import Glibc

extension RandomNumbers {
  /// A number from the standard normal distribution (Box and Muller 1958; one of the pair is kept).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// A standard normal number whose absolute value is at most `limit`, drawn again until it is.
  public mutating func truncatedNormal(limit: Double = 2) -> Double {
    while true {
      let value = normal()
      if abs(value) <= limit { return value }
    }
  }
}
