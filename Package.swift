// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors, and every module is imported where its members are used.
let swift: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// The floors of the house, from the street to the attic. A target may import only what its line lists; CI enforces it
// with `--explicit-target-dependency-import-check error`. See Documentation/Architecture.md.
let package = Package(
  name: "Cloze",
  products: [
    .executable(name: "cloze", targets: ["cloze"]),
    .library(name: "Kernels", targets: ["Kernels"]),
    .library(name: "Collectives", targets: ["Collectives"]),
    .library(name: "Tokenizers", targets: ["Tokenizers"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // 0: C
    c("CKernels"),
    c("CSystem"),
    library("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
    library("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    library("CLZ4", pkgConfig: "liblz4", apt: "liblz4-dev"),
    library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),

    // 1a: leaves
    floor("Randomness"),
    floor("JSON"),
    floor("Digests", ["CSystem"]),
    floor("DurableFiles", ["CSystem"]),

    // 1b
    floor("Kernels", ["CKernels", "COpenBLAS", "Randomness"]),
    floor("Safetensors", ["JSON", "DurableFiles"]),
    floor("Shards", ["CZlib", "CLZ4", "CZstd", "JSON", "Digests", "Randomness"]),
    floor("Tokenizers", ["JSON", "DurableFiles", "Randomness"]),
    floor("SampleWorld", ["Randomness"]),
    floor("Collectives", ["Kernels", "CSystem"]),

    // 2
    floor("Tensors", ["Kernels", "Randomness"]),

    // 3
    floor("NN", ["Tensors", "Kernels", "Randomness"]),
    floor("Datasets", ["Shards", "Tokenizers", "Randomness", "Digests", "JSON"]),

    // 4
    floor("Optimizers", ["NN", "Tensors", "Collectives", "Kernels"]),
    floor("Objectives", ["NN", "Tensors", "Datasets", "Randomness"]),
    floor("Models", ["NN", "Tensors", "JSON"]),

    // 5
    floor(
      "Checkpoints",
      [
        "NN", "Tensors", "Models", "Optimizers", "Tokenizers", "Safetensors", "DurableFiles", "Digests", "JSON",
      ]),

    // 6
    floor(
      "Training",
      [
        "Checkpoints", "Objectives", "Optimizers", "NN", "Tensors", "Datasets", "Safetensors", "Collectives",
        "DurableFiles", "JSON", "Randomness",
      ]),
    floor(
      "FineTuning",
      [
        "Training", "Checkpoints", "Objectives", "Optimizers", "Models", "NN", "Tensors", "Datasets", "Tokenizers",
        "Shards", "Collectives", "Randomness", "JSON", "DurableFiles",
      ]),
    floor("Generation", ["NN", "Tensors", "Randomness"]),
    floor(
      "Embeddings",
      [
        "Checkpoints", "Models", "NN", "Tensors", "Tokenizers", "Safetensors", "DurableFiles", "JSON",
      ]),

    // 7
    floor(
      "Pipelines",
      [
        "Training", "FineTuning", "Generation", "Embeddings", "Checkpoints", "Objectives", "Optimizers", "Models", "NN",
        "Tensors", "Datasets", "Tokenizers", "Shards", "SampleWorld", "Kernels", "Collectives", "Safetensors",
        "DurableFiles", "Digests", "JSON", "Randomness", "CSystem", "CYAML",
        .product(name: "Logging", package: "swift-log"),
      ]),

    // 8
    .executableTarget(
      name: "cloze",
      dependencies: [
        "Pipelines", "Training", "FineTuning", "Generation", "Embeddings", "Checkpoints", "Models", "NN", "Tensors",
        "Datasets", "Tokenizers", "Shards", "SampleWorld", "Kernels", "Collectives", "Safetensors", "DurableFiles",
        "JSON", "Randomness", "CSystem", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swift),

    // beside: tests mirror the sources
    .target(name: "TestSupport", dependencies: ["JSON"], path: "Tests/TestSupport", swiftSettings: swift),
    tests("Randomness"),
    tests("JSON"),
    tests("Digests"),
    tests("DurableFiles"),
    tests("Kernels", ["CKernels", "COpenBLAS", "Randomness"]),
    tests("Safetensors", ["DurableFiles", "JSON"]),
    tests("Shards", ["JSON", "Digests", "Randomness"]),
    tests("Tokenizers", ["JSON", "DurableFiles", "Randomness"]),
    tests("SampleWorld", ["Randomness"]),
    tests("Collectives", ["Kernels"]),
    tests("Tensors", ["Randomness"]),
    tests("Datasets", ["Shards", "Tokenizers", "Randomness", "JSON"]),
    tests("Optimizers", ["NN", "Tensors", "Collectives", "JSON"]),
    tests("NN", ["Tensors"]),
    tests("Models", ["NN", "JSON"]),
    tests("Generation", ["Models", "NN", "Tensors", "Randomness", "JSON"]),
    tests("Embeddings", ["DurableFiles", "Safetensors", "JSON"]),
    tests("FineTuning"),
    tests("Training", ["Collectives"]),
    tests("Checkpoints", ["DurableFiles", "Digests"]),
    tests(
      "Pipelines",
      [
        "Checkpoints", "Optimizers", "Safetensors", "Models", "NN", "Tensors", "DurableFiles", "Digests", "JSON",
      ]),
    .testTarget(
      name: "CommandTests", dependencies: ["cloze", "TestSupport", "Safetensors", "JSON"], swiftSettings: swift),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "cloze", "TestSupport", "Pipelines", "Training", "Checkpoints", "Objectives", "Optimizers", "Models", "NN",
        "Tensors", "Collectives", "Kernels", "Shards", "Datasets", "Safetensors", "DurableFiles", "Digests", "JSON",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "DocumentationTests",
      dependencies: ["Models", "NN", "Tensors", "Kernels", "Randomness", "JSON"], swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)

/// A Swift target and what it may import.
func floor(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: imports, swiftSettings: swift)
}

/// The tests of a target and what else they import.
func tests(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + imports, swiftSettings: swift)
}

/// A C target of our own.
func c(_ name: String) -> Target {
  .target(name: name, cSettings: [.treatAllWarnings(as: .error)])
}

/// A system library: a module map and one header.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}
