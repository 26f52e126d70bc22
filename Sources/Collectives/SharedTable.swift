/// An array of plain values that every member of a group sees.
///
/// Who may write which entry when is the user's affair; barriers order the accesses.
public struct SharedTable<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The number of entries.
  public let count: Int
  private let base: UnsafeMutablePointer<Element>

  init(_ memory: UnsafeMutableRawPointer, count: Int) {
    self.count = count
    base = memory.bindMemory(to: Element.self, capacity: count)
  }

  /// An entry.
  public subscript(index: Int) -> Element {
    get {
      check(index)
      return base[index]
    }
    nonmutating set {
      check(index)
      base[index] = newValue
    }
  }

  private func check(_ index: Int) {
    precondition(index >= 0 && index < count, "entry \(index) of \(count)")
  }
}

/// A number that members of a group read and write as one.
public struct SharedWord: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<UInt32>

  /// The number.
  public var value: UInt32 {
    get { load(pointer) }
    nonmutating set { store(pointer, newValue) }
  }

  /// Adds to the number; what it was before.
  @discardableResult
  public func add(_ other: UInt32) -> UInt32 { fetchAdd(pointer, other) }

  /// Changes the number and wakes who waits for it.
  public func announce(_ newValue: UInt32) {
    store(pointer, newValue)
    wake(pointer)
  }

  /// Sleeps while the number is `expected`, at most so long; it may return early.
  public func wait(while expected: UInt32, seconds: Double) { sleep(pointer, while: expected, seconds: seconds) }
}
