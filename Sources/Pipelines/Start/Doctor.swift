import Dispatch
import DurableFiles
import FoundationEssentials
import Glibc
import JSON
import Kernels

/// Whether this machine is ready, and what it can do.
public struct Doctor: Sendable {
  /// One thing that was looked at.
  public struct Finding: Equatable, Sendable {
    /// How serious it is.
    public enum Grade: String, Sendable { case ok, warning, failure }

    /// A short word for what was looked at.
    public var name: String
    /// How serious it is.
    public var grade: Grade
    /// What was found.
    public var text: String
    /// What to do about it, nil for nothing.
    public var action: String?

    /// Something that is as it should be.
    public init(_ name: String, _ text: String) {
      self.init(name, .ok, text)
    }

    /// A finding.
    public init(_ name: String, _ grade: Grade, _ text: String, action: String? = nil) {
      (self.name, self.grade, self.text, self.action) = (name, grade, text, action)
    }
  }

  /// Everything that was found.
  public let findings: [Finding]

  /// Whether nothing prevents a run.
  public var isReady: Bool { !findings.contains { $0.grade == .failure } }

  /// Looks at this machine; takes about two seconds. Runs are to lie in `checkpoints`.
  public init(checkpoints: String) {
    let blas = BLAS.start()
    let threads = Machine.processorCount
    findings =
      [
        Doctor.processor(), Doctor.threads(), Doctor.speed(threads), Doctor.blas(blas, threads: threads),
        Doctor.bandwidth(), Doctor.memory(limit: MachineFacts.memoryLimit, total: MachineFacts.memoryTotal),
      ] + Doctor.disk(checkpoints) + [Doctor.clock()]
  }

  private static func processor() -> Finding {
    let name = MachineFacts.processorName ?? "a processor without a name"
    let level = CPULevel.active
    guard level == .baseline else { return Finding("processor", "\(name), level \(level.name)") }
    return Finding(
      "processor", .warning, "\(name), level baseline: no wide vectors",
      action: "in a virtual machine, let the guest see the host's processor")
  }

  private static func threads() -> Finding {
    let count = Machine.processorCount
    var text = "\(count) of \(MachineFacts.allowedProcessors) processors allowed"
    if let quota = MachineFacts.quota { text += ", control group's quota \(Figures.fixed(quota, 1))" }
    if MachineFacts.hasHyperthreads { text += ", some share a core" }
    if let load = MachineFacts.load, load > Double(count) * 1.2 {
      return Finding(
        "threads", .warning, "\(text); \(Figures.fixed(load, 1)) processes compete for them",
        action: "measure again when the machine is free; other work slows a run, but never changes its result")
    }
    return Finding("threads", text)
  }

  private static func speed(_ threads: Int) -> Finding {
    Machine.start(threads: threads)
    var counts = [1]
    while let last = counts.last, last * 2 < threads { counts.append(last * 2) }
    if threads > 1 { counts.append(threads) }
    let speeds = counts.map { (count: $0, speed: CPUPeak.measure(threads: $0)) }
    let text = speeds.map { "\(Figures.fixed($0.speed, 0)) with \($0.count)" }.joined(separator: ", ")
    let share = (speeds.last?.speed ?? 0) / max(1e-9, (speeds.first?.speed ?? 0) * Double(threads))
    if threads > 1, share < 0.55 {
      return Finding(
        "peak", .warning, "GFLOP/s float32 by threads: \(text)",
        action: "threads do not add up: they share cores or a quota, or others compute here")
    }
    let tiles = CPUPeak.measureTiles()
    let more = tiles > 0 ? "; bfloat16 \(Figures.fixed(tiles, 0)) with \(threads)" : "; no unit for bfloat16"
    return Finding("peak", "GFLOP/s float32 by threads: \(text)\(more)")
  }

  private static func blas(_ report: BLAS.Report, threads: Int) -> Finding {
    let version = report.library.split(separator: " ").prefix(2).joined(separator: " ")
    guard report.isMended else { return Finding("blas", "\(version), kernels for \(report.core)") }
    let own = productSpeed()
    var text = "\(version) took this processor for \(report.detectedCore); mended: kernels for \(report.core)"
    // The library's own choice, for a moment: only where a level stands for exactly those kernels.
    let levels: [String: CPULevel] = ["Prescott": .baseline, "Haswell": .avx2]
    let level = CPULevel.active
    if let wrong = levels[report.detectedCore], wrong != level, CPULevel.force(wrong) {
      let unmended = productSpeed()
      CPULevel.force(level)
      text += " (\(Figures.fixed(own, 0)) instead of \(Figures.fixed(unmended, 0)) GFLOP/s for a product of 384³)"
    }
    return Finding("blas", text)
  }

  /// GFLOP/s of a matrix product, the best of three.
  private static func productSpeed() -> Double {
    let size = 384
    let a = [Float](repeating: 0.5, count: size * size)
    var c = [Float](repeating: 0, count: size * size)
    let seconds = (0..<3).map { _ in
      Doctor.seconds { LinearKernel.forward(a, a, nil, into: &c, rows: size, inner: size, columns: size) }
    }
    return 2 * Double(size * size * size) / max(1e-9, seconds.min() ?? 1) / 1e9
  }

  private static func bandwidth() -> Finding {
    let bytes = 64 << 20
    let from = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    let to = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer {
      from.deallocate()
      to.deallocate()
    }
    from.initializeMemory(as: UInt8.self, repeating: 1, count: bytes)
    let parts = 64
    let times = (0..<4).map { _ in
      Doctor.seconds {
        Parallel.forEach(parts) { part in
          let start = part * (bytes / parts)
          (to + start).copyMemory(from: from + start, byteCount: bytes / parts)
        }
      }
    }
    let speed = 2 * Double(bytes) / max(1e-9, times.min() ?? 1) / 1e9
    return Finding("bandwidth", "\(Figures.fixed(speed, 1)) GB/s of memory, reading and writing")
  }

  static func memory(limit: Int, total: Int?) -> Finding {
    let text = "\(Figures.bytes(limit)) may be used" + (total.map { " of \(Figures.bytes($0))" } ?? "")
    guard limit < 2_000_000_000 else { return Finding("memory", text) }
    return Finding(
      "memory", .warning, text, action: "small presets fit; cloze plan FILE tells what a pipeline needs")
  }

  /// Room, kind and writability of the file system that runs lie on.
  static func disk(_ folder: String, fileSystem: any FileSystem = RealFileSystem()) -> [Finding] {
    var place = folder
    while (try? fileSystem.status(place, followingLinks: true)) == nil, Paths.parent(of: place) != place {
      place = Paths.parent(of: place)
    }
    guard let space = try? fileSystem.space(at: place) else {
      return [Finding("disk", .failure, "\(folder): nobody tells how much room there is", action: "look at \(place)")]
    }
    let absolute = place.hasPrefix("/") ? place : FileManager.default.currentDirectoryPath
    let kind = MachineFacts.fileSystemKind(absolute) ?? "unknown"
    var findings: [Finding] = []
    let free = Int(clamping: space.freeBytes)
    let text = "\(Figures.bytes(free)) free for \(folder)/ (\(kind))"
    if space.isReadOnly || access(place, W_OK) != 0 {
      findings.append(
        Finding(
          "disk", .failure, "\(place) cannot be written to (\(kind))",
          action: "choose another place: --checkpoints FOLDER"))
    } else if free < 100_000_000 {
      findings.append(Finding("disk", .failure, text, action: "make room: a run keeps several checkpoints"))
    } else if free < 5_000_000_000 {
      findings.append(
        Finding("disk", .warning, text, action: "a checkpoint takes 12 bytes a parameter, and several are kept"))
    } else {
      findings.append(Finding("disk", text))
    }
    if space.isNetwork {
      findings.append(
        Finding(
          "locks", .failure, "\(folder)/ lies on a network file system, where locks may not hold",
          action: "keep runs on a local disk: --checkpoints FOLDER"))
    }
    return findings
  }

  private static func clock() -> Finding {
    let now = Date().timeIntervalSince1970
    let text = "\(LocalTime(secondsSince1970: now).clock) here (\(MachineFacts.timeZone))"
    guard now < 1_735_689_600 else { return Finding("clock", text) }
    return Finding("clock", .warning, "\(text), before 2025", action: "set the clock: times of runs would be wrong")
  }

  private static func seconds(_ body: () -> Void) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }

  /// The findings for programs.
  public var json: JSONValue {
    [
      "ready": .bool(isReady),
      "findings": .array(
        findings.map { finding in
          [
            "name": .string(finding.name), "grade": .string(finding.grade.rawValue), "text": .string(finding.text),
            "action": finding.action.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }
}
