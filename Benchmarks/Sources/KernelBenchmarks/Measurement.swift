import Dispatch

/// The median time of a call.
///
/// One call to warm up, then at least three, for about `seconds`.
func median(seconds: Double = 0.15, _ call: () -> Void) -> Double {
  call()
  var times: [Double] = []
  let start = DispatchTime.now().uptimeNanoseconds
  repeat {
    let before = DispatchTime.now().uptimeNanoseconds
    call()
    times.append(Double(DispatchTime.now().uptimeNanoseconds - before) / 1e9)
  } while times.count < 3 || Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9 < seconds
  return times.sorted()[times.count / 2]
}

/// Zero-mean numbers in 64-byte aligned memory, kept until the program ends.
func numbers(_ count: Int, scale: Float = 1) -> UnsafeMutablePointer<Float> {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * 4, alignment: 64)
    .bindMemory(to: Float.self, capacity: count)
  var state: UInt32 = 1
  for place in 0..<count {
    state = state &* 1_664_525 &+ 1_013_904_223
    memory[place] = (Float(state >> 8) * 0x1p-23 - 1) * scale
  }
  return memory
}

/// `value` with `digits` after the point, right-aligned in `width` columns.
func column(_ value: Double, _ digits: Int = 0, width: Int = 8) -> String {
  var power = 1.0
  for _ in 0..<digits { power *= 10 }
  let text = digits == 0 ? "\(Int(value.rounded()))" : "\((value * power).rounded() / power)"
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

/// `text` in `width` columns.
func label(_ text: String, width: Int = 22) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
