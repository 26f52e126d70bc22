import Testing

@testable import Tensors

@Suite struct WorkspaceTests {
  @Test func aBlockIsCutFromTheSmallestStretchThatHasIt() {
    let workspace = Workspace()
    var blocks = [4096, 64, 1024, 64, 2048, 64].map { workspace.block(byteCount: $0) }
    let starts = [0, 2, 4].map { blocks[$0].base }
    for place in [4, 2, 0] { blocks.remove(at: place) }
    let found = [1000, 1500, 4096].map { workspace.block(byteCount: $0) }
    #expect(found.map(\.base) == [starts[1], starts[2], starts[0]])
    #expect(workspace.reachedBytes == 4096 + 1024 + 2048 + 3 * 64)
  }

  @Test func freeNeighborsBecomeOne() {
    let workspace = Workspace()
    var blocks: [Storage?] = (0..<5).map { _ in workspace.block(byteCount: 1024) }
    let first = blocks[0]?.base
    for place in [2, 0, 1, 3] { blocks[place] = nil }
    #expect(withExtendedLifetime(workspace.block(byteCount: 4096)) { $0.base } == first)
    #expect(workspace.reachedBytes == 5120 && workspace.usedBytes == 1024)
  }

  @Test func livingBlocksAreNobodyElses() {
    let workspace = Workspace()
    let blocks = (0..<20).map { workspace.block(byteCount: 5000 - 100 * $0) }.sorted { $0.base < $1.base }
    for (one, next) in zip(blocks, blocks.dropFirst()) { #expect(one.base + one.byteCount <= next.base) }
    #expect(workspace.usedBytes == blocks.reduce(0) { $0 + $1.byteCount })
    let large = workspace.block(byteCount: 300 << 20)
    #expect(large.byteCount == 300 << 20, "more than a chunk")
  }

  /// Steps of a forward pass that keeps some of its blocks and a backward pass that lets go of them, last first.
  @Test func stepsOfVaryingSizeTakeLittleMoreThanTheLargest() {
    let (workspace, dry) = (Workspace(), Workspace(isDry: true))
    for step in 0..<50 {
      let tokens = 64 * (10 + step * 7 % 23)
      for workspace in [workspace, dry] {
        var kept: [Storage] = []
        for layer in 0..<12 {
          withExtendedLifetime(workspace.block(byteCount: 48 * tokens)) {
            kept += [4, 12, 4, 16].map { workspace.block(byteCount: $0 * tokens + layer) }
          }
        }
        while let last = kept.popLast() {
          withExtendedLifetime((last, workspace.block(byteCount: 16 * tokens))) {}
        }
      }
    }
    #expect(workspace.usedBytes == 0 && workspace.reachedBytes < workspace.peakBytes * 5 / 4)
    #expect(dry.reachedBytes == workspace.reachedBytes && dry.peakBytes == workspace.peakBytes)
  }
}
