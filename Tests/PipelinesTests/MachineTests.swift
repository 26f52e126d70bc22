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
}
