import Foundation
import Kernels

/// A kernel in a roofline picture (Williams, Waterman and Patterson 2009): how many operations it does for each byte that
/// it must read or write at least, and how many a second.
struct RooflinePoint {
  enum Kind: String { case float32, bfloat16, rows }

  let name: String
  let kind: Kind
  let flops: Double
  let bytes: Double
  let seconds: Double

  /// FLOP a byte.
  var intensity: Double { flops / bytes }
  /// GFLOP/s.
  var rate: Double { flops / seconds / 1e9 }
}

/// Measures kernels in and out of reach of the roofs, and writes the picture.
func writeRoofline(threads: Int, to path: String) throws {
  Parallel.start(threads: threads)
  var points = rowPoints()
  let products = ["bert-mini": (256, 2048), "bert-base": (768, 1024)].sorted { $0.key < $1.key }.flatMap {
    Product.ofModel($0.key, width: $0.value.0, rows: $0.value.1, vocabulary: 30522)
  }
  for product in products {
    points.append(point(product, .float32, product.seconds()))
    if TileProduct.isAvailable { points.append(point(product, .bfloat16, product.tiledSeconds())) }
  }
  for (segments, length, heads) in [(16, 128, 4), (8, 512, 12)] {
    for kind: RooflinePoint.Kind in TileProduct.isAvailable ? [.float32, .bfloat16] : [.float32] {
      let shape = AttentionShape(segments: segments, length: length, heads: heads)
      points.append(
        RooflinePoint(
          name: "attention \(segments) × \(length), \(heads) heads", kind: kind, flops: 4 * shape.flops,
          bytes: 16 * Double(shape.tokens * shape.width), seconds: shape.seconds(isTiled: kind == .bfloat16).forward))
    }
  }
  let picture = Roofline(
    points: points, bandwidth: bandwidth(), peak: CPUPeak.measure(seconds: 0.3),
    tilePeak: TileProduct.isAvailable ? CPUPeak.measureTiles(seconds: 0.3) : nil)
  try picture.svg.write(toFile: path, atomically: true, encoding: .utf8)
  for point in points {
    print(
      label("\(point.name), \(point.kind.rawValue)", width: 44) + column(point.intensity, 1) + " FLOP/byte"
        + column(point.rate) + " GFLOP/s" + column(100 * point.rate / picture.roof(of: point)) + " % of its roof")
  }
}

/// Three products at once: forward and both gradients.
private func point(
  _ product: Product, _ kind: RooflinePoint.Kind, _ seconds: (forward: Double, backward: Double)
) -> RooflinePoint {
  let (m, k, n) = (Double(product.rows), Double(product.inner), Double(product.columns))
  // Activations and gradients are float32 on both sides; in bfloat16 weights are rounded before, and both gradients share
  // one look at the output's.
  let (weights, outputs) = kind == .bfloat16 ? (2 + 2 + 4.0, 8.0) : (12, 12)
  return RooflinePoint(
    name: product.name, kind: kind, flops: 3 * product.flops, bytes: 12 * m * k + outputs * m * n + weights * k * n,
    seconds: seconds.forward + seconds.backward)
}

/// GB/s, the best of three walks over matrices that no cache holds.
private func bandwidth() -> Double {
  let count = 1 << 25
  let (x, y, z) = (numbers(count), numbers(count), numbers(count))
  defer { for memory in [x, y, z] { memory.deallocate() } }
  let walks: [(bytes: Double, walk: () -> Void)] = [
    (16, { ElementwiseKernel.add(x, y, into: z, count: count) }),
    (12, { ElementwiseKernel.addInPlace(x, y, count: count) }),
    (4, { _ = ElementwiseKernel.sumOfSquares(x, count: count) }),
  ]
  return walks.map { $0.bytes * Double(count) / median(seconds: 0.5, $0.walk) / 1e9 }.max() ?? 0
}

/// Kernels that memory bounds, on matrices that no cache holds. A processor reads what a kernel overwrites: that counts.
private func rowPoints() -> [RooflinePoint] {
  let (rows, width) = (16_384, 1_024)
  let count = rows * width
  let (x, y, z, v) = (numbers(count), numbers(count), numbers(count), numbers(count))
  let (gain, bias, mean, deviation) = (numbers(width), numbers(width), numbers(rows), numbers(rows))
  defer { for memory in [x, y, z, v, gain, bias, mean, deviation] { memory.deallocate() } }
  func point(_ name: String, flops: Double, bytes: Double, _ call: () -> Void) -> RooflinePoint {
    RooflinePoint(
      name: name, kind: .rows, flops: flops * Double(count), bytes: bytes * Double(count), seconds: median(call))
  }
  ElementwiseKernel.fill(v, value: 1, count: count)
  return [
    point("add", flops: 1, bytes: 16) { ElementwiseKernel.add(x, y, into: z, count: count) },
    point("layer norm", flops: 7, bytes: 12) {
      LayerNormKernel.forward(
        x, gain: gain, bias: bias, epsilon: 1e-5, into: z, mean: mean, reciprocalDeviation: deviation, rows: rows,
        width: width)
    },
    point("GELU", flops: 24, bytes: 12) { ActivationKernel.forward(.geluErf, x, into: z, count: count) },
    point("AdamW", flops: 14, bytes: 28) {
      AdamWKernel.update(
        values: x, gradients: y, firstMoment: z, secondMoment: v, count: count, learningRate: 1e-6, beta1: 0.9,
        beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, gradientScale: 1, biasCorrection1: 1, biasCorrection2: 1)
    },
  ]
}

/// The picture: both axes are logarithmic, the roofs are the memory's bandwidth and the peaks of multiplying and adding.
struct Roofline {
  let points: [RooflinePoint]
  /// GB/s.
  let bandwidth: Double
  /// GFLOP/s in float32, and in bfloat16 where there is a unit.
  let peak: Double
  let tilePeak: Double?

  private static let (width, height, left, bottom) = (760.0, 460.0, 70.0, 50.0)
  private static let intensities = 0.05...1_000.0
  private static let rates = 1.0...2_000.0
  private static let colors: [RooflinePoint.Kind: String] = [
    .float32: "#1f77b4", .bfloat16: "#d62728", .rows: "#2ca02c",
  ]

  /// The most that a kernel of its intensity could reach.
  func roof(of point: RooflinePoint) -> Double {
    min(bandwidth * point.intensity, point.kind == .bfloat16 ? tilePeak ?? peak : peak)
  }

  private static func x(_ intensity: Double) -> Double {
    left + (width - left - 20) * log(intensity / intensities.lowerBound)
      / log(intensities.upperBound / intensities.lowerBound)
  }

  private static func y(_ rate: Double) -> Double {
    height - bottom - (height - bottom - 20) * log(rate / rates.lowerBound)
      / log(rates.upperBound / rates.lowerBound)
  }

  private static func line(_ from: (Double, Double), _ to: (Double, Double), _ style: String) -> String {
    "<line x1=\"\(tenths(x(from.0)))\" y1=\"\(tenths(y(from.1)))\" "
      + "x2=\"\(tenths(x(to.0)))\" y2=\"\(tenths(y(to.1)))\" \(style)/>"
  }

  private static func text(_ x: Double, _ y: Double, _ text: String, _ style: String = "") -> String {
    "<text x=\"\(tenths(x))\" y=\"\(tenths(y))\" \(style)>\(text)</text>"
  }

  private static func dot(_ x: Double, _ y: Double, _ kind: RooflinePoint.Kind, title: String) -> String {
    "<circle cx=\"\(tenths(x))\" cy=\"\(tenths(y))\" r=\"4\" fill=\"\(colors[kind] ?? "black")\">"
      + "<title>\(title)</title></circle>"
  }

  private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  /// The picture as a document.
  var svg: String {
    typealias R = Roofline
    var parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(R.width)) \(Int(R.height))\" "
        + "font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
    ]
    let grid = "stroke=\"#dddddd\""
    for intensity in [0.1, 1, 10, 100, 1_000] {
      parts.append(R.line((intensity, R.rates.lowerBound), (intensity, R.rates.upperBound), grid))
      let name = intensity < 1 ? "\(intensity)" : "\(Int(intensity))"
      parts.append(R.text(R.x(intensity), R.height - R.bottom + 16, name, "text-anchor=\"middle\""))
    }
    for rate in [1.0, 10, 100, 1_000] {
      parts.append(R.line((R.intensities.lowerBound, rate), (R.intensities.upperBound, rate), grid))
      parts.append(R.text(R.left - 8, R.y(rate) + 4, "\(Int(rate))", "text-anchor=\"end\""))
    }
    parts.append(
      R.text(R.width / 2, R.height - 12, "operations for each byte that must be moved", "text-anchor=\"middle\""))
    parts.append(
      R.text(0, 0, "GFLOP/s", "text-anchor=\"middle\" transform=\"translate(20 \(Int(R.height / 2))) rotate(-90)\""))
    for (kind, peak) in [(RooflinePoint.Kind.float32, peak), (.bfloat16, tilePeak ?? 0)] where peak > 0 {
      let style = "stroke=\"\(R.colors[kind] ?? "black")\" stroke-width=\"1.5\""
      parts.append(R.line((peak / bandwidth, peak), (R.intensities.upperBound, peak), style))
      parts.append(
        R.text(
          R.x(R.intensities.upperBound) - 4, R.y(peak) - 6, "peak in \(kind.rawValue), \(Int(peak.rounded()))",
          "text-anchor=\"end\""))
    }
    let knee = max(peak, tilePeak ?? 0) / bandwidth
    let start = R.intensities.lowerBound
    parts.append(
      R.line((start, start * bandwidth), (knee, knee * bandwidth), "stroke=\"black\" stroke-width=\"1.5\""))
    parts.append(
      R.text(R.x(0.15), R.y(0.15 * bandwidth) - 22, "memory, \(Int(bandwidth.rounded())) GB/s", "text-anchor=\"end\""))
    for point in points {
      let title = "\(point.name), \(point.kind.rawValue): \(Int(point.rate.rounded())) GFLOP/s"
      parts.append(R.dot(R.x(point.intensity), R.y(point.rate), point.kind, title: title))
    }
    for (index, point) in points.filter({ $0.kind == .rows }).sorted(by: { $0.intensity < $1.intensity }).enumerated() {
      // Beneath the roof and above it in turn.
      let (side, style) = index % 2 == 0 ? (1.0, "") : (-1.0, "text-anchor=\"end\"")
      parts.append(R.text(R.x(point.intensity) + 8 * side, R.y(point.rate) + 4 + 8 * side, point.name, style))
    }
    for (index, entry) in [
      (RooflinePoint.Kind.bfloat16, "products and attention, bfloat16"), (.float32, "the same, float32"),
      (.rows, "row kernels"),
    ].enumerated() where entry.0 != .bfloat16 || tilePeak != nil {
      let y = R.height - R.bottom - 66 + Double(index) * 20
      parts.append(R.dot(510, y, entry.0, title: entry.1))
      parts.append(R.text(522, y + 4, entry.1))
    }
    return (parts + ["</svg>"]).joined(separator: "\n") + "\n"
  }
}
