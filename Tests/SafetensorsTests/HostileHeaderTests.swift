import DurableFiles
import Safetensors
import Testing

/// Files made to break readers: each is refused with exit code 77 and its cause, in time in proportion to its header.
@Suite struct HostileHeaderTests {
  private func refusal(_ bytes: [UInt8], limits: SafetensorsLimits = SafetensorsLimits()) -> SafetensorsError? {
    do {
      _ = try Raw.open(bytes, limits: limits)
      return nil
    } catch {
      return error as? SafetensorsError
    }
  }

  private func tensor(_ name: String = "x", dtype: String = "\"U8\"", shape: String, offsets: String) -> String {
    #""\#(name)":{"dtype":\#(dtype),"shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  @Test func wrongLengthsAreRefused() {
    let path = "m.safetensors"
    #expect(refusal([]) == .header(path: path, problem: .tooShort(bytes: 0)))
    #expect(refusal([1, 0, 0, 0]) == .header(path: path, problem: .tooShort(bytes: 4)))
    #expect(refusal([2, 0, 0, 0, 0, 0, 0, 0]) == .header(path: path, problem: .tooShort(bytes: 8)))
    #expect(refusal([0, 0, 0, 0, 0, 0, 0, 0, 0x7B]) == .header(path: path, problem: .noBrace))
    #expect(refusal(Raw.file(" {}")) == .header(path: path, problem: .noBrace))
    #expect(
      refusal([100, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
        == .header(path: path, problem: .beyondFile(header: 100, file: 10)))
    for high in [UInt8(0x7F), 0x80, 0xFF] {
      let length = [UInt8](repeating: 0xFF, count: 7) + [high]
      let error = refusal(length + Array("{}".utf8))
      guard case .header(_, .tooLong(let found, _)) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(found == UInt64(high) << 56 | 0xFF_FFFF_FFFF_FFFF)
    }
    // One byte more than 100,000,000, the format's own limit, whatever the file's size.
    let limits = SafetensorsLimits(headerBytes: 100_000_000)
    let error = refusal([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0, 0x7B], limits: limits)
    #expect(error == .header(path: path, problem: .tooLong(header: 100_000_001, limit: 100_000_000)))
  }

  @Test func brokenJSONIsRefused() {
    let ok = tensor(shape: "[1]", offsets: "[0,1]")
    let headers: [[UInt8]] = [
      Array("{".utf8), Array("{\(ok)".utf8), Array("{\(ok)}x".utf8), Array("{\(ok)}{}".utf8), Array("{\(ok),}".utf8),
      Array("{\(ok),\(ok)}".utf8),
      Array("{\(ok),\(tensor("\\u0078", shape: "[0]", offsets: "[1,1]"))}".utf8),
      Array(#"{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#.utf8),
      Array(#"{"x":{"dtype":"U8","shape":[[[[[[1]]]]]],"data_offsets":[0,1]}}"#.utf8),
      Array("{\"".utf8) + [0xFF, 0xC0] + Array("\":{}}".utf8), Array("{\"\\ud800\":{}}".utf8),
      Array(("{\"x\":" + String(repeating: "[", count: 100_000)).utf8),
    ]
    for header in headers {
      let error = refusal(Raw.file(header, data: [0]))
      guard case .header(_, .json) = error else {
        Issue.record("\(String(decoding: header.prefix(80), as: UTF8.self)): \(String(describing: error))")
        continue
      }
      #expect(error?.exitCode == 77)
    }
  }

  @Test func wrongDescriptionsAreRefused() {
    typealias Problem = SafetensorsError.TensorProblem
    let table: [(String, Problem)] = [
      (tensor(dtype: "\"F8\"", shape: "[1]", offsets: "[0,1]"), .dtype),
      (tensor(dtype: "\"u8\"", shape: "[1]", offsets: "[0,1]"), .dtype),
      (tensor(dtype: "8", shape: "[1]", offsets: "[0,1]"), .dtype),
      (tensor(shape: "[-1]", offsets: "[0,1]"), .shape), (tensor(shape: "[1.0]", offsets: "[0,1]"), .shape),
      (tensor(shape: "[1e0]", offsets: "[0,1]"), .shape), (tensor(shape: "1", offsets: "[0,1]"), .shape),
      (tensor(shape: "[\"1\"]", offsets: "[0,1]"), .shape), (tensor(shape: "[true]", offsets: "[0,1]"), .shape),
      (tensor(shape: "[null]", offsets: "[0,1]"), .shape),
      (tensor(shape: "[\(Array(repeating: "1", count: 17).joined(separator: ","))]", offsets: "[0,1]"), .shape),
      (tensor(shape: "[9223372036854775807,2]", offsets: "[0,1]"), .tooLarge),
      (tensor(shape: "[4294967296,4294967296]", offsets: "[0,0]"), .tooLarge),
      (tensor(dtype: "\"F64\"", shape: "[2305843009213693952]", offsets: "[0,0]"), .tooLarge),
      (tensor(shape: "[1]", offsets: "[1,0]"), .offsets), (tensor(shape: "[1]", offsets: "[0]"), .offsets),
      (tensor(shape: "[1]", offsets: "[0,1,1]"), .offsets), (tensor(shape: "[1]", offsets: "[-1,0]"), .offsets),
      (tensor(shape: "[1]", offsets: "[0,1.0]"), .offsets), (tensor(shape: "[1]", offsets: "{}"), .offsets),
      (tensor(shape: "[2]", offsets: "[0,1]"), .size(expected: 2, found: 1)),
      (tensor(dtype: "\"F32\"", shape: "[]", offsets: "[0,1]"), .size(expected: 4, found: 1)),
      (#""x":{"dtype":"U8","shape":[1]}"#, .keys), (#""x":[]"#, .keys), (#""x":null"#, .keys),
      (#""x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}"#, .keys),
      (tensor("", shape: "[1]", offsets: "[0,1]"), .name), (tensor("a\\u0000b", shape: "[1]", offsets: "[0,1]"), .name),
      (tensor("a\\n", shape: "[1]", offsets: "[0,1]"), .name),
      (tensor(String(repeating: "n", count: 1 << 20), shape: "[1]", offsets: "[0,1]"), .name),
    ]
    for (text, expected) in table {
      let error = refusal(Raw.file("{\(text)}", data: [0]))
      guard case .tensor(_, _, let problem) = error, problem == expected else {
        Issue.record("\(text.prefix(100)): \(String(describing: error).prefix(200))")
        continue
      }
      #expect((error?.description.utf8.count ?? 0) < 400)
    }
    // 2^64 is no integer of 64 bits at all, or a number that is none: refused either way.
    for number in ["18446744073709551616", "9223372036854775808", "1e400", "0x1", "01", "-0.5"] {
      #expect(refusal(Raw.file("{\(tensor(shape: "[\(number)]", offsets: "[0,1]"))}", data: [0]))?.exitCode == 77)
    }
  }

  @Test func dataMustBeOwnedExactlyOnce() {
    func problem(_ places: [(Int, Int)], data: Int) -> SafetensorsError.HeaderProblem? {
      let tensors = places.enumerated().map { number, place in
        tensor("t\(number)", shape: "[\(place.1 - place.0)]", offsets: "[\(place.0),\(place.1)]")
      }
      let file = Raw.file("{\(tensors.joined(separator: ","))}", data: [UInt8](repeating: 0, count: data))
      if case .header(_, let problem) = refusal(file) { return problem }
      return nil
    }
    #expect(problem([(4, 6), (0, 4)], data: 6) == nil)
    #expect(problem([(0, 2), (3, 4)], data: 4) == .hole(at: 2))
    #expect(problem([(1, 4)], data: 4) == .hole(at: 0))
    #expect(problem([(0, 3), (2, 4)], data: 4) == .overlap(at: 2))
    #expect(problem([(0, 4), (0, 4)], data: 4) == .overlap(at: 0))
    #expect(problem([(0, 4)], data: 5) == .trailingBytes(from: 4, bytes: 1))
    #expect(problem([], data: 1) == .trailingBytes(from: 0, bytes: 1))
    #expect(problem([(0, 4)], data: 3) == .dataCutShort(expected: 4, found: 3))
  }

  @Test func metadataMustBeStrings() {
    for value in ["[]", "1", "null", "{\"a\":1}", "{\"a\":null}", "{\"a\":{}}", "\"x\""] {
      let error = refusal(Raw.file("{\"__metadata__\":\(value)}"))
      #expect(error == .header(path: "m.safetensors", problem: .metadata), "\(value)")
    }
  }

  @Test func aMillionTensorsAreRefusedQuickly() {
    let one = tensor("tensor-000000", shape: "[0]", offsets: "[0,0]")
    var header = Array("{".utf8)
    let count = 60_000
    for number in 0..<count {
      if number > 0 { header.append(UInt8(ascii: ",")) }
      header += one.replacingDigits(with: number).utf8
    }
    header.append(UInt8(ascii: "}"))
    let clock = ContinuousClock()
    let start = clock.now
    let error = refusal(Raw.file(header), limits: SafetensorsLimits(tensors: count - 1))
    #expect(error == .header(path: "m.safetensors", problem: .tooManyTensors(limit: count - 1)))
    #expect(refusal(Raw.file(header)) == nil)
    #expect(clock.now - start < .seconds(5), "\(clock.now - start) for two headers of \(header.count) bytes")
    #expect(refusal(Raw.file(header), limits: SafetensorsLimits(headerBytes: 1000))?.exitCode == 77)
  }

  @Test func changedBytesNeverTrap() throws {
    let seed = Raw.file(
      "{\"__metadata__\":{\"format\":\"pt\"},\(tensor("a", dtype: "\"F32\"", shape: "[1,2]", offsets: "[0,8]")),"
        + "\(tensor("b", dtype: "\"BF16\"", shape: "[2]", offsets: "[8,12]"))}", data: [UInt8](repeating: 1, count: 12))
    _ = try Raw.open(seed)
    let pieces = ["-", "e9", "9999999999999999999", "\"", "{", "]", "\\u0000", "0", ".5", "null", "\u{7F}"]
    var state: UInt64 = 12
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(count, 1)
    }
    var refusedCount = 0
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0...random(3) {
        switch random(4) {
        case 0: bytes[random(bytes.count)] ^= 1 << UInt8(random(8))
        case 1: bytes.insert(contentsOf: pieces[random(pieces.count)].utf8, at: random(bytes.count))
        case 2: bytes.remove(at: random(bytes.count))
        default: bytes = Array(bytes.prefix(max(random(bytes.count), 12)))
        }
      }
      // Half of them with a length that fits, so that the header itself is reached.
      if random(2) == 0, bytes.count > 20 {
        let length = max(bytes.count - 20, 0)
        bytes.replaceSubrange(0..<8, with: (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })
      }
      guard let file = try? Raw.open(bytes) else {
        refusedCount += 1
        continue
      }
      for entry in file.entries where entry.dtype.isFloating { _ = try file.floats(entry.name) }
    }
    #expect(refusedCount > 10_000 && refusedCount < 20_000, "\(refusedCount)")
  }
}

extension String {
  /// The same text with its run of six zeros replaced by a number of six digits.
  fileprivate func replacingDigits(with number: Int) -> String {
    let digits = String(number)
    let padded = String(repeating: "0", count: 6 - digits.count) + digits
    return split(separator: "000000", maxSplits: 1, omittingEmptySubsequences: false).joined(separator: padded)
  }
}
