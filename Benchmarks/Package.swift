// swift-tools-version: 6.2
import PackageDescription

/// The settings of the main package.
let swift: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// Measurements of single parts. Run with `swift run -c release --package-path Benchmarks kernels` or `… tokenizers`.
let package = Package(
  name: "Benchmarks",
  products: [
    .executable(name: "kernels", targets: ["KernelBenchmarks"]),
    .executable(name: "tokenizers", targets: ["TokenizerBenchmarks"]),
  ],
  dependencies: [.package(name: "Cloze", path: "..")],
  targets: [
    .executableTarget(
      name: "KernelBenchmarks",
      dependencies: [.product(name: "Kernels", package: "Cloze"), .product(name: "Collectives", package: "Cloze")],
      swiftSettings: swift),
    .executableTarget(
      name: "TokenizerBenchmarks", dependencies: [.product(name: "Tokenizers", package: "Cloze")],
      swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)
