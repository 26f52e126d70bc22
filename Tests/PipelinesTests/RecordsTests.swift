import Digests
import DurableFiles
import Foundation
import JSON
import Testing

@testable import Pipelines

@Suite struct RecordsTests {
  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "cloze-records-" + DurableFile.uniqueSuffix()
    try RealFileSystem().makeFolder(path, mode: 0o700)
    return path
  }

  private func record(_ step: Int, loss: Double = 1.5) -> MetricRecord {
    MetricRecord(
      step: step, epoch: 0.25, loss: loss, terms: [("mlm", 1.25), ("nsp", 0.25)], learningRate: 5e-4, gradientNorm: 0.7,
      tokens: 4_096, evaluation: [("loss", 2), ("mlm_accuracy", 0.5)], tokensPerSecond: 1_000, wallTime: 1_700_000_000.5
    )
  }

  @Test func aLineHoldsWhatEveryRunAgreesOnFirst() {
    #expect(
      record(10).json.text()
        == #"{"step":10,"epoch":0.25,"loss":1.5,"mlm_loss":1.25,"nsp_loss":0.25,"learning_rate":0.0005,"grad_norm":0.7,"#
        + #""tokens":4096,"eval_loss":2.0,"eval_mlm_accuracy":0.5,"tokens_per_second":1000.0,"wall_time":1700000000.5}"#,
      "\(record(10).json.text())")
  }

  @Test func stepsThatWereDoneAgainAreReadOnce() throws {
    let path = try folder() + "/metrics.jsonl"
    defer { try? RealFileSystem().removeTree(Paths.parent(of: path)) }
    let first = try MetricsFile(path)
    for step in [10, 20, 30] { try first.append(record(step)) }
    let second = try MetricsFile(path, resumedAt: 15)
    for step in [20, 30, 40] { try second.append(record(step, loss: 1)) }
    let records = try MetricsFile.records(path)
    #expect(records.map { $0["step"]?.int } == [10, 20, 30, 40])
    #expect(records.map { $0["loss"]?.double } == [1.5, 1, 1, 1])
  }

  @Test func aRecordIsFramedAsTensorFlowDoes() {
    // "brain.Event:2" at time 0, written by TensorFlow: length 24, and the two masked checksums.
    let framed = EventFile.framed(Array("abc".utf8))
    #expect(framed.count == 8 + 4 + 3 + 4)
    #expect(framed[..<8] == [3, 0, 0, 0, 0, 0, 0, 0])
    // CRC-32C("abc") is 0x364B3FB7 (RFC 3720's polynomial); masked as record_writer.h says.
    let crc: UInt32 = 0x364B_3FB7
    let masked = (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    #expect(Array(framed.suffix(4)) == withUnsafeBytes(of: masked.littleEndian) { Array($0) })
  }

  @Test func anEventFileIsReadBackRecordByRecord() throws {
    let path = try folder()
    defer { try? RealFileSystem().removeTree(path) }
    let file = try EventFile(folder: path, host: "host/../x", wallTime: 1_700_000_000, resumedAt: 200)
    try file.append(record(210))
    #expect(Paths.parent(of: file.path) == path && file.path.contains("events.out.tfevents.1700000000.hostx."))
    let events = try EventReader.events(try RealFileSystem().readBounded(file.path, limit: 1 << 20))
    #expect(events.count == 3)
    #expect(events[0].version == "brain.Event:2")
    #expect(events[1].step == 201 && events[1].sessionStatus == 1)
    #expect(events[2].step == 210 && events[2].wallTime == 1_700_000_000.5)
    #expect(events[2].scalars["train/loss"] == 1.5 && events[2].scalars["eval/mlm_accuracy"] == 0.5)
  }

  @Test func theReaderSeesADamagedByte() throws {
    var bytes = EventFile.framed([1, 2, 3])
    bytes[13] ^= 1
    #expect(throws: EventReader.Damage.self) { try EventReader.events(bytes) }
  }
}

/// A reader of event files, made from the format's description alone.
private enum EventReader {
  struct Damage: Error {}

  struct Event {
    var wallTime = 0.0
    var step = 0
    var version = ""
    var sessionStatus: Int?
    var scalars: [String: Float] = [:]
  }

  static func events(_ bytes: [UInt8]) throws -> [Event] {
    var (rest, events) = (bytes[...], [Event]())
    while !rest.isEmpty {
      guard rest.count >= 16 else { throw Damage() }
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      guard number(rest.dropFirst(8)) == CRC32C.masked(of: Array(rest.prefix(8))), rest.count >= 16 + length else {
        throw Damage()
      }
      let message = Array(rest.dropFirst(12).prefix(length))
      guard number(rest.dropFirst(12 + length)) == CRC32C.masked(of: message) else { throw Damage() }
      events.append(try event(message))
      rest = rest.dropFirst(16 + length)
    }
    return events
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func event(_ bytes: [UInt8]) throws -> Event {
    var event = Event()
    for (field, value, data) in try fields(bytes) {
      switch field {
      case 1: event.wallTime = Double(bitPattern: value)
      case 2: event.step = Int(value)
      case 3: event.version = String(decoding: data, as: UTF8.self)
      case 7: event.sessionStatus = try fields(data).first { $0.0 == 1 }.map { Int($0.1) }
      case 5:
        for (_, _, entry) in try fields(data) {
          let parts = try fields(entry)
          let tag = parts.first { $0.0 == 1 }.map { String(decoding: $0.2, as: UTF8.self) } ?? ""
          event.scalars[tag] = parts.first { $0.0 == 2 }.map { Float(bitPattern: UInt32($0.1)) }
        }
      default: throw Damage()
      }
    }
    return event
  }

  private static func fields(_ bytes: [UInt8]) throws -> [(UInt64, UInt64, [UInt8])] {
    var (place, result) = (0, [(UInt64, UInt64, [UInt8])]())
    func varint() throws -> UInt64 {
      var (value, shift) = (UInt64(0), UInt64(0))
      while place < bytes.count {
        value |= UInt64(bytes[place] & 0x7F) << shift
        place += 1
        if bytes[place - 1] < 0x80 { return value }
        shift += 7
      }
      throw Damage()
    }
    func take(_ count: Int) throws -> [UInt8] {
      guard place + count <= bytes.count else { throw Damage() }
      defer { place += count }
      return Array(bytes[place..<place + count])
    }
    while place < bytes.count {
      let key = try varint()
      switch key & 7 {
      case 0: result.append((key >> 3, try varint(), []))
      case 1: result.append((key >> 3, try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }, []))
      case 2: result.append((key >> 3, 0, try take(Int(try varint()))))
      case 5: result.append((key >> 3, try take(4).reversed().reduce(0) { $0 << 8 | UInt64($1) }, []))
      default: throw Damage()
      }
    }
    return result
  }
}
