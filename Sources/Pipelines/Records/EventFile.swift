import Digests
import DurableFiles

/// A TensorBoard event file: records of length, checksum, message, checksum.
///
/// - Sources: TensorFlow's `record_writer.cc` and `event.proto`.
public final class EventFile {
  /// The file.
  public let path: String
  private let file: OpenFile
  private let fileSystem: any FileSystem

  /// Makes a new file in `folder`; a run that goes on writes a file of its own.
  /// - Parameters:
  ///   - host: the machine's name, a part of the file's.
  ///   - resumedAt: the step from which the run goes on: TensorBoard drops what earlier files say beyond it.
  public init(
    folder: String, host: String, wallTime: Double, resumedAt step: Int? = nil,
    fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) {
    let seconds = Int(exactly: wallTime.rounded(.down)) ?? 0
    let plainHost = host.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.prefix(64)
    let name =
      "events.out.tfevents.\(seconds).\(plainHost.isEmpty ? "host" : String(plainHost)).\(DurableFile.uniqueSuffix())"
    path = Paths.join(folder, name)
    self.fileSystem = fileSystem
    file = try fileSystem.create(path, mode: 0o600)
    var first = Self.event(wallTime: wallTime, step: nil)
    first.add(3, text: "brain.Event:2")
    try append(first)
    if let step {
      // SessionLog with status START: points from this step on are newer here.
      var session = ProtocolBuffer()
      session.add(1, varint: 1)
      var event = Self.event(wallTime: wallTime, step: step + 1)
      event.add(7, bytes: session.bytes)
      try append(event)
    }
  }

  deinit { try? fileSystem.close(file) }

  /// Adds the values of one step, such as `train/loss`.
  public func append(_ values: [(tag: String, value: Double)], step: Int, wallTime: Double) throws(FileError) {
    var summary = ProtocolBuffer()
    for (tag, value) in values {
      var entry = ProtocolBuffer()
      entry.add(1, text: tag)
      entry.add(2, float: Float(value))
      summary.add(1, bytes: entry.bytes)
    }
    var event = Self.event(wallTime: wallTime, step: step)
    event.add(5, bytes: summary.bytes)
    try append(event)
  }

  /// Adds what a record says: `train/…` and `eval/…`.
  public func append(_ record: MetricRecord) throws(FileError) {
    var values: [(tag: String, value: Double)] = []
    if let loss = record.loss { values.append(("train/loss", loss)) }
    values += record.terms.map { ("train/\($0.name)_loss", $0.value) }
    if let rate = record.learningRate { values.append(("train/learning_rate", rate)) }
    if let norm = record.gradientNorm { values.append(("train/grad_norm", norm)) }
    if let speed = record.tokensPerSecond { values.append(("train/tokens_per_second", speed)) }
    values += record.evaluation.map { ("eval/\($0.name)", $0.value) }
    if !values.isEmpty { try append(values, step: record.step, wallTime: record.wallTime) }
  }

  private static func event(wallTime: Double, step: Int?) -> ProtocolBuffer {
    var event = ProtocolBuffer()
    event.add(1, double: wallTime)
    if let step { event.add(2, varint: UInt64(clamping: step)) }
    return event
  }

  /// One write a record, so that a reader never sees half of one for long.
  private func append(_ event: ProtocolBuffer) throws(FileError) {
    try fileSystem.write(Self.framed(event.bytes), to: file)
  }

  /// Length, its checksum, the message, its checksum.
  static func framed(_ message: [UInt8]) -> [UInt8] {
    let length = bytes(UInt64(message.count))
    return length + bytes(CRC32C.masked(of: length)) + message + bytes(CRC32C.masked(of: message))
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
