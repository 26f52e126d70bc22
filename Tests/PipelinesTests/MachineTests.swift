import Testing

@testable import Pipelines

@Suite struct MachineTests {
  @Test(
    arguments: [
      (8, nil, [:], 8), (8, 2.5, [:], 3), (8, 0.2, [:], 1), (2, 16, [:], 2), (8, nil, ["SLURM_CPUS_ON_NODE": "4"], 4),
      (8, 3, ["SLURM_CPUS_ON_NODE": "4"], 3), (4, nil, ["SLURM_CPUS_ON_NODE": "16"], 4),
      (4, nil, ["SLURM_CPUS_ON_NODE": "many"], 4), (4, nil, ["SLURM_CPUS_ON_NODE": "0"], 1),
    ] as [(Int, Double?, [String: String], Int)])
  func processorsAreTheLeastOfAffinityQuotaAndWhatSlurmGave(
    affinity: Int, quota: Double?, environment: [String: String], expected: Int
  ) {
    #expect(Machine.processorCount(affinity: affinity, quota: quota, environment: environment) == expected)
  }

  @Test(
    arguments: [
      ([8, nil], [:], 8), ([8, 4, nil], [:], 4), ([], [:], Int.max), ([16 << 20], ["SLURM_MEM_PER_NODE": "4"], 4 << 20),
      ([1 << 20], ["SLURM_MEM_PER_NODE": "4"], 1 << 20), ([5], ["SLURM_MEM_PER_NODE": "0"], 5),
      ([5], ["SLURM_MEM_PER_NODE": "99999999999999999"], 5),
    ] as [([Int?], [String: String], Int)])
  func memoryIsTheLeastOfTheMachineItsGroupAndWhatSlurmGave(
    limits: [Int?], environment: [String: String], expected: Int
  ) {
    #expect(MachineFacts.memoryCapacity(limits: limits, environment: environment) == expected)
  }

  @Test func limitsOfAllGroupsAroundAProcessCount() {
    let unit = "1:name=systemd:/other\n0::/system.slice/cloze.service\n"
    let folder = "/sys/fs/cgroup"
    #expect(
      MachineFacts.groupFiles("cpu.max", groups: unit) == [
        "\(folder)/cpu.max", "\(folder)/system.slice/cpu.max", "\(folder)/system.slice/cloze.service/cpu.max",
      ])
    for root in ["0::/\n", "3:cpu:/\n", nil] {
      #expect(MachineFacts.groupFiles("cpu.max", groups: root) == ["\(folder)/cpu.max"])
    }
  }

  @Test(arguments: [("max 100000", nil), ("150000 100000\n", 1.5), ("", nil), ("5 0", nil)] as [(String, Double?)])
  func quotaIsTheShareOfAProcessorsTime(text: String, expected: Double?) {
    #expect(MachineFacts.quota(text) == expected)
  }

  @Test func noMoreWorkersAreChosenThanCanMeet() {
    let text = """
      name: a
      model: {preset: bert-tiny}
      corpus: {shards: a.txt}
      pretrain: {batch_size: 256, micro_batches: 256, max_steps: 10}
      """
    let file = PipelineFile(Array(text.utf8), path: "a.yaml")
    #expect(ProcessLayout(file.configuration, processors: 256, memory: .max).workers == 64)
    let asked = PipelineFile(Array(text.utf8), path: "a.yaml", overrides: ["machine.workers=65"])
    #expect(asked.problems.map(\.message) == ["is 65; at most 64 can share a step"])
  }

  @Test func fewerWorkersAreTakenWhereMemoryIsShort() throws {
    let text = """
      name: a
      model: {preset: bert-mini}
      corpus: {shards: a.txt}
      pretrain: {batch_size: 64, micro_batches: 8, max_steps: 10}
      """
    let configuration = PipelineFile(Array(text.utf8), path: "a.yaml").configuration
    let need = try #require(MemoryNeed(configuration))
    #expect(need.bytes(workers: 1) < need.bytes(workers: 2) && need.bytes(workers: 2) < need.bytes(workers: 4))
    func layout(_ memory: Int) -> ProcessLayout { ProcessLayout(configuration, processors: 4, memory: memory) }
    #expect(layout(.max).workers == 4)
    for (workers, threads) in [(4, 1), (2, 2), (1, 4)] {
      let enough = layout(need.bytes(workers: workers))
      #expect((enough.workers, enough.threads) == (workers, threads))
      #expect(layout(need.bytes(workers: workers) - 1).workers == max(1, workers / 2))
    }
    #expect(layout(need.bytes(workers: 2)).reason.contains("of memory"))
    #expect(layout(1).workers == 1, "too little for one is told by the plan")
  }
}
