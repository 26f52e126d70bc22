import Foundation
import Kernels
import Testing

extension KernelsTests {
  @Suite struct UpdateRules {
    /// Ten updates by the formulas of the paper, in double precision.
    @Test(arguments: [true, false]) func tenAdamWUpdatesFollowTheFormula(correctsBias: Bool) {
      var numbers = Numbers()
      let count = 20_003
      let (start, gradients) = (numbers.floats(count), (0..<10).map { _ in numbers.floats(count) })
      var (p, m, v) = (start.doubles, start.map { _ in 0.0 }, start.map { _ in 0.0 })
      for step in 1...10 {
        let (first, second) = corrections(step, correctsBias)
        for i in 0..<count {
          let g = gradients[step - 1][i].d * 0.5
          m[i] = 0.9 * m[i] + 0.1 * g
          v[i] = 0.98 * v[i] + 0.02 * g * g
          p[i] -= 1e-3 * (m[i] / first / ((v[i] / second).squareRoot() + 1e-6) + 0.01 * p[i])
        }
      }
      expectEverywhere(p, within: 1e-6) {
        var p = start
        var (m, v) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
        for step in 1...10 {
          let (first, second) = corrections(step, correctsBias)
          AdamWKernel.update(
            values: &p, gradients: gradients[step - 1], firstMoment: &m, secondMoment: &v, count: count,
            learningRate: 1e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-6, weightDecay: 0.01, gradientScale: 0.5,
            biasCorrection1: first, biasCorrection2: second)
        }
        return p
      }
    }

    @Test func momentumRemembersWhatCameBefore() {
      var numbers = Numbers(2)
      let (start, g) = (numbers.floats(33), numbers.floats(33))
      var (p, m) = (start.doubles, [Double](repeating: 0, count: 33))
      for _ in 0..<3 {
        for i in 0..<33 {
          m[i] = 0.9 * m[i] + 2 * g[i].d + 0.1 * p[i]
          p[i] -= 0.05 * m[i]
        }
      }
      expectEverywhere(p, within: 1e-6) {
        var (p, m) = (start, [Float](repeating: 0, count: 33))
        for _ in 0..<3 {
          SGDKernel.update(
            values: &p, gradients: g, moment: &m, count: 33, learningRate: 0.05, momentum: 0.9, weightDecay: 0.1,
            gradientScale: 2)
        }
        return p
      }
    }

    private func corrections(_ step: Int, _ isOn: Bool) -> (Double, Double) {
      isOn ? (1 - pow(0.9, Double(step)), 1 - pow(0.98, Double(step))) : (1, 1)
    }
  }
}
