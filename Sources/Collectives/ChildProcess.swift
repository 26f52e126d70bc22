import CSystem

/// A process of this program's own making, in a process group of its own, that is killed when its parent dies.
public final class ChildProcess {
  /// How a process ended.
  public enum Ending: Equatable, Sendable {
    case exited(code: Int32)
    case killed(signal: Int32)
  }

  /// Its number.
  public let identifier: Int32
  /// Readable once the process has ended.
  public let descriptor: Int32
  /// What it has printed, in nameless memory.
  private let output: Int32
  private var ending: Ending?

  /// Starts this very program with other arguments; inheritable descriptors stay open.
  ///
  /// To be called from a thread that outlives the child, such as the main thread: the kernel sends the signal of
  /// `dieWithParent` when that thread ends.
  public init(_ arguments: [String]) throws(CollectiveError) {
    let program = "/proc/self/exe"
    let output = cs_memory_file("cloze-output", 0)
    guard output >= 0 else { throw .spawn(path: program, number: -output) }
    let identifier = ChildProcess.spawn(program, ["cloze"] + arguments, output)
    guard identifier > 0 else {
      _ = cs_close(output)
      throw .spawn(path: program, number: -identifier)
    }
    let descriptor = cs_process_open(identifier)
    guard descriptor >= 0 else {
      _ = cs_signal_process(identifier, cs_signal_kill())
      _ = cs_close(output)
      throw .spawn(path: program, number: -descriptor)
    }
    (self.identifier, self.descriptor, self.output) = (identifier, descriptor, output)
  }

  deinit {
    if ending == nil {
      kill()
      _ = wait()
    }
    _ = cs_close(descriptor)
    _ = cs_close(output)
  }

  private static func spawn(_ program: String, _ arguments: [String], _ output: Int32) -> Int32 {
    let texts = arguments.map { Array($0.utf8CString) }
    let size = texts.reduce(0) { $0 + $1.count }
    let characters = UnsafeMutablePointer<CChar>.allocate(capacity: max(1, size))
    var pointers: [UnsafeMutablePointer<CChar>?] = []
    defer { characters.deallocate() }
    var end = 0
    for text in texts {
      (characters + end).initialize(from: text, count: text.count)
      pointers.append(characters + end)
      end += text.count
    }
    pointers.append(nil)
    return cs_spawn(program, &pointers, output)
  }

  /// Sends SIGKILL, which also ends a stopped process.
  public func kill() { _ = cs_process_signal(descriptor, cs_signal_kill()) }

  /// Asks where its threads are; they print it, unless it was stopped or waits for the disk.
  public func askForStacks() { _ = cs_ask_for_stacks(descriptor) }

  /// How it ended, nil while it lives.
  public func poll() -> Ending? { reap(waits: false) }

  /// Waits for its end.
  public func wait() -> Ending { reap(waits: true) ?? .killed(signal: cs_signal_kill()) }

  private func reap(waits: Bool) -> Ending? {
    if let ending { return ending }
    var (code, signal): (Int32, Int32) = (0, 0)
    guard cs_process_reap(descriptor, waits, &code, &signal) == 1 else { return nil }
    ending = signal == 0 ? .exited(code: code) : .killed(signal: signal)
    return ending
  }

  /// Bytes that it has printed.
  public var printedCount: Int {
    var status = cs_status()
    return cs_status_of_file(output, &status) == 0 ? Int(status.bytes) : 0
  }

  /// The last part of what it has printed.
  public func printed(limit: Int = 65_536) -> String {
    let count = printedCount
    let start = max(0, count - limit)
    var bytes = [UInt8](repeating: 0, count: min(limit, count))
    let read = bytes.withUnsafeMutableBytes { cs_read_at(output, $0.baseAddress, $0.count, UInt64(start)) }
    return String(decoding: bytes.prefix(max(0, Int(read))), as: UTF8.self)
  }

  /// Sleeps until one of the processes has ended, at most so long.
  public static func wait(forAny processes: [ChildProcess], seconds: Double) {
    let files = processes.filter { $0.ending == nil }.map(\.descriptor)
    _ = cs_wait_for_files(files, Int32(files.count), Int32(seconds * 1_000))
  }
}

/// What a process that was started by `ChildProcess` does first.
public enum ChildDuties {
  /// Has the kernel kill this process when its parent dies, leaves all signals that ask for a stop to the parent, which
  /// alone decides, and prints stacks at a crash or when asked.
  /// - Parameter name: what tools such as `top` show, 15 bytes of it.
  /// - Returns: whether the parent still lives.
  public static func begin(parent: Int32, name: String) -> Bool {
    _ = cs_set_process_name(name)
    for signal in [cs_signal_interrupt(), cs_signal_terminate(), cs_signal_hang_up()] { _ = cs_ignore_signal(signal) }
    cs_print_stacks_when_lost()
    _ = cs_die_with_parent(cs_signal_kill())
    return cs_parent_process() == parent
  }

  /// The number of this process.
  public static var identifier: Int32 { cs_process() }
}
