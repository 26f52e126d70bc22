import CKernels

/// The one pool of threads.
///
/// Work is cut by the caller at places that depend on its size alone, so results have the same bits for any number of
/// threads.
public enum Parallel {
  /// Makes the pool `threads` strong, the caller counted; may be called again with another number.
  public static func start(threads: Int) { ck_pool_start(threads) }

  /// How many threads take part in `forEach`, the caller counted: 1 before `start`.
  public static var threadCount: Int { ck_pool_threads() }

  /// Calls `body` for every number below `count`, on all threads, and returns when all are done.
  ///
  /// Calls from inside a body, or while another caller uses the pool, run on the calling thread alone.
  public static func forEach(_ count: Int, _ body: (Int) -> Void) {
    if count == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in
      var task = Task(body: body)
      withUnsafeMutablePointer(to: &task) { pointer in
        ck_pool_run(
          count, { context, index in context.assumingMemoryBound(to: Task.self).pointee.body(index) }, pointer)
      }
    }
  }

  /// Calls `body` for consecutive ranges of `slice` numbers that fill 0 ..< count.
  static func forEachSlice(of count: Int, slice: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    forEach((count + slice - 1) / slice) { index in
      body(index * slice..<min(count, (index + 1) * slice))
    }
  }

  private struct Task {
    let body: (Int) -> Void
  }
}

/// How work over rows and elements is cut: by size alone.
enum Slices {
  /// Elements of a slice of elementwise work: 64 KiB.
  static let elements = 16384

  /// Rows of a slice of work on rows of `width` floats: about 64 KiB.
  static func rows(width: Int) -> Int { max(1, elements / max(1, width)) }
}

/// Calling-thread scratch memory, one piece for each use, so that nested kernels don't share one.
enum Scratch: Int32 {
  case scores, gradients, sums, order, partials, masks, left, right, keyLines, valueLines, columns, activated, widened,
    products, gradientLines

  /// At least `count` floats, 64-byte aligned, valid until the thread's next call for the same piece.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    ck_scratch(rawValue, count * MemoryLayout<Float>.stride).assumingMemoryBound(to: Float.self)
  }

  /// At least `count` doubles.
  func doubles(_ count: Int) -> UnsafeMutablePointer<Double> {
    ck_scratch(rawValue, count * MemoryLayout<Double>.stride).assumingMemoryBound(to: Double.self)
  }

  /// At least `count` numbers of 16 bits.
  func halves(_ count: Int) -> UnsafeMutablePointer<UInt16> {
    ck_scratch(rawValue, count * MemoryLayout<UInt16>.stride).assumingMemoryBound(to: UInt16.self)
  }

  /// At least `count` numbers.
  func integers(_ count: Int) -> UnsafeMutablePointer<Int32> {
    ck_scratch(rawValue, count * MemoryLayout<Int32>.stride).assumingMemoryBound(to: Int32.self)
  }
}
