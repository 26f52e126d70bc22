/// A decompressor fed piece by piece; it holds memory of a C library, freed with it.
protocol BlockDecoder: AnyObject {
  /// True where the input may end: after a whole member or frame, and not before the first.
  var isComplete: Bool { get }

  /// Decodes some of `input` into some of `output`; says how much of both was used.
  ///
  /// Called again and again, with empty input at the end, until it neither consumes nor produces.
  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Damage) -> (consumed: Int, produced: Int)
}

/// Memory of the process ran out while a decompressor was set up.
func outOfMemory(_ library: String) -> Damage { .corrupt(reason: "\(library) could not be set up") }
