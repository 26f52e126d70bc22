// swift-tools-version: 6.2
import PackageDescription

// Measurements of single parts. Run with `swift run -c release --package-path Benchmarks kernels`.
let package = Package(
  name: "Benchmarks",
  products: [.executable(name: "kernels", targets: ["KernelBenchmarks"])],
  dependencies: [.package(name: "Cloze", path: "..")],
  targets: [
    .executableTarget(
      name: "KernelBenchmarks",
      dependencies: [.product(name: "Kernels", package: "Cloze"), .product(name: "Collectives", package: "Cloze")],
      swiftSettings: [
        .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
