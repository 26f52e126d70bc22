/// A trie over bytes: its edges in one open-addressing table.
struct ByteTrie: Sendable {
  /// What a byte leads to from a node, in one line of the processor's cache.
  private struct Edge: Sendable {
    /// Packed (node, byte) plus one; zero marks an empty slot.
    var key: UInt64 = 0
    /// The node that it leads to.
    var target: Int32 = 0
    /// What ends there, negative where nothing does.
    var id: Int32 = -1
  }

  private var edges: [Edge]
  private var edgeCount = 0

  init(minimumCapacity: Int) {
    var capacity = 64
    while capacity < minimumCapacity * 4 { capacity *= 2 }
    edges = Array(repeating: Edge(), count: capacity)
  }

  mutating func insert(_ key: ArraySlice<UInt8>, id: Int32) {
    var node = 0
    var last: Int?
    for byte in key {
      if edgeCount * 2 >= edges.count { grow() }
      let packed = Self.pack(node, byte)
      let place = place(of: packed)
      if edges[place].key == 0 {
        edgeCount += 1
        edges[place] = Edge(key: packed, target: Int32(truncatingIfNeeded: edgeCount))
      }
      node = Int(edges[place].target)
      last = place
    }
    if let last { edges[last].id = id }
  }

  /// The longest key that the word holds from a position on.
  func longestMatch(in word: UnsafeBufferPointer<UInt8>, from start: Int) -> (id: Int32, end: Int)? {
    edges.withUnsafeBufferPointer { edges in
      var node = 0
      var best: (id: Int32, end: Int)?
      for place in start..<word.count {
        let edge = edges[Self.place(of: Self.pack(node, word[place]), in: edges)]
        if edge.key == 0 { break }
        node = Int(edge.target)
        if edge.id >= 0 { best = (edge.id, place + 1) }
      }
      return best
    }
  }

  @inline(__always) private static func pack(_ node: Int, _ byte: UInt8) -> UInt64 {
    UInt64(truncatingIfNeeded: node << 8 | Int(byte)) + 1
  }

  @inline(__always) private static func place(of packed: UInt64, in edges: UnsafeBufferPointer<Edge>) -> Int {
    let mask = edges.count - 1
    var place = Int(truncatingIfNeeded: (packed &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while edges[place].key != 0, edges[place].key != packed { place = (place + 1) & mask }
    return place
  }

  private func place(of packed: UInt64) -> Int {
    edges.withUnsafeBufferPointer { Self.place(of: packed, in: $0) }
  }

  private mutating func grow() {
    let old = edges
    edges = Array(repeating: Edge(), count: 2 * old.count)
    for edge in old where edge.key != 0 { edges[place(of: edge.key)] = edge }
  }
}
