import Glibc

/// A map from byte strings to integers: open addressing over one arena of keys.
///
/// Byte strings, not Swift strings: two spellings of "é" are equal as `String` and two tokens of a vocabulary.
struct ByteTable: Sendable {
  private struct Slot: Sendable {
    /// Zero marks an empty slot.
    var hash: UInt64
    var start: Int
    var length: Int
    var value: Int
  }

  private var slots: [Slot]
  private var arena: [UInt8] = []
  private(set) var count = 0

  init(minimumCapacity: Int = 16) {
    var capacity = 16
    while capacity < minimumCapacity * 2 { capacity *= 2 }
    slots = Array(repeating: Slot(hash: 0, start: 0, length: 0, value: 0), count: capacity)
  }

  /// Bytes of memory held.
  var byteCount: Int { slots.count * MemoryLayout<Slot>.stride + arena.capacity }

  func value(of key: UnsafeBufferPointer<UInt8>) -> Int? {
    let slot = slots[place(of: key, hash: Self.hash(key))]
    return slot.hash == 0 ? nil : slot.value
  }

  func value(of key: some Collection<UInt8>) -> Int? {
    if let found = key.withContiguousStorageIfAvailable({ value(of: $0) }) { return found }
    return Array(key).withUnsafeBufferPointer { value(of: $0) }
  }

  func value(of key: String) -> Int? {
    var key = key
    return key.withUTF8 { value(of: $0) }
  }

  /// Adds a key; false, and nothing changed, where it is present.
  @discardableResult mutating func insert(_ key: UnsafeBufferPointer<UInt8>, value: Int) -> Bool {
    let hash = Self.hash(key)
    let place = place(of: key, hash: hash)
    guard slots[place].hash == 0 else { return false }
    occupy(place, key, hash: hash, value: value)
    return true
  }

  @discardableResult mutating func insert(_ key: String, value: Int) -> Bool {
    var key = key
    return key.withUTF8 { insert($0, value: value) }
  }

  /// Adds an amount to a key's value, which starts at zero.
  @inline(__always) mutating func add(_ amount: Int, to key: UnsafeBufferPointer<UInt8>) {
    let hash = Self.hash(key)
    let place = place(of: key, hash: hash)
    if slots[place].hash == 0 {
      occupy(place, key, hash: hash, value: amount)
    } else {
      slots[place].value &+= amount
    }
  }

  /// Every key with its value, in the order of the slots; sort what must not depend on it.
  func visit(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
    arena.withUnsafeBufferPointer { arena in
      for slot in slots where slot.hash != 0 {
        body(UnsafeBufferPointer(rebasing: arena[slot.start..<slot.start + slot.length]), slot.value)
      }
    }
  }

  mutating func removeAll() {
    for place in slots.indices { slots[place].hash = 0 }
    arena.removeAll(keepingCapacity: true)
    count = 0
  }

  @inline(__always) private func place(of key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while true {
      let slot = slots[place]
      if slot.hash == 0 || slot.hash == hash && slot.length == key.count && equals(key, at: slot.start) { return place }
      place = (place + 1) & mask
    }
  }

  @inline(__always) private func equals(_ key: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    guard let first = key.baseAddress else { return true }
    return arena.withUnsafeBufferPointer { arena in
      arena.baseAddress.map { memcmp($0 + start, first, key.count) == 0 } ?? false
    }
  }

  private mutating func occupy(_ place: Int, _ key: UnsafeBufferPointer<UInt8>, hash: UInt64, value: Int) {
    slots[place] = Slot(hash: hash, start: arena.count, length: key.count, value: value)
    arena.append(contentsOf: key)
    count += 1
    if count * 2 > slots.count { grow() }
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(hash: 0, start: 0, length: 0, value: 0), count: old.count * 2)
    let mask = slots.count - 1
    for slot in old where slot.hash != 0 {
      var place = Int(truncatingIfNeeded: slot.hash) & mask
      while slots[place].hash != 0 { place = (place + 1) & mask }
      slots[place] = slot
    }
  }

  /// A 64-bit hash, never zero: eight bytes at a time, multiplied and folded.
  @inline(__always) static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let bytes = UnsafeRawBufferPointer(key)
    var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
    var i = 0
    while i + 8 <= bytes.count {
      hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self))
      i += 8
    }
    var tail: UInt64 = 0
    while i < bytes.count {
      tail = tail << 8 | UInt64(bytes[i])
      i += 1
    }
    return mix(hash ^ tail) | 1 << 63
  }

  @inline(__always) private static func mix(_ x: UInt64) -> UInt64 {
    let product = x.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}
