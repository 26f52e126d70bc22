import Testing

@testable import Tensors

@Suite struct WorkspaceTests {
  @Test func aBlockThatIsALittleTooLargeServesBeforeTheSystemIsAsked() {
    let workspace = Workspace()
    func use(_ byteCount: Int) -> Int { withExtendedLifetime(workspace.block(byteCount: byteCount)) { $0.byteCount } }
    // Classes between 8 and 16 KiB are 1 KiB apart.
    #expect(use(10 * 1024) == 10 * 1024)
    #expect(use(9 * 1024) == 10 * 1024 && use(8 * 1024) == 10 * 1024, "the next class, and the one after it")
    #expect(workspace.reservedBytes == 10 * 1024)
    #expect(use(7 * 1024) == 7 * 1024, "three classes below")
    #expect(use(11 * 1024) == 11 * 1024, "larger")
    #expect(workspace.reservedBytes == 28 * 1024 && workspace.usedBytes == 0)
  }

  @Test func livingBlocksAreNobodyElses() {
    let workspace = Workspace()
    let blocks = (0..<20).map { workspace.block(byteCount: 5000 - 100 * $0) }
    #expect(Set(blocks.map(\.base)).count == blocks.count)
    #expect(workspace.usedBytes == blocks.reduce(0) { $0 + $1.byteCount })
  }
}
