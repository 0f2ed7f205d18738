import Foundation
import Tensor
import TestSupport
import Testing

@Suite("Learning rate schedules")
struct LearningRateScheduleTests {
  /// The schedules under the names of the fixture.
  private static let cases: [(name: String, schedule: any LearningRateSchedule)] = [
    ("constant", ConstantRate(0.1)),
    ("step", StepDecay(from: 0.1, factor: 0.5, every: 7)),
    ("multi-step", MultiStepDecay(from: 0.1, factor: 0.1, at: [3, 11, 12])),
    ("exponential", ExponentialDecay(from: 0.1, factor: 0.9)),
    ("cosine", CosineDecay(from: 0.1, to: 0.01, over: 30)),
    ("linear", LinearRate(from: 0.025, to: 0.1, over: 10)),
    ("polynomial", PolynomialDecay(from: 0.1, power: 2, over: 20)),
    (
      "warm-up-cosine",
      LinearRate(from: 0.01, to: 0.1, over: 5).followed(by: CosineDecay(from: 0.1, over: 25), after: 5)
    ),
  ]

  @Test("Values are PyTorch's", arguments: cases.map(\.name))
  func values(name: String) throws {
    let content = try SafeTensors.read(fixturePath("Optimizers/trajectories.safetensors"))
    let expected = try #require(content["schedule.\(name)"])
    let schedule = try #require(Self.cases.first { $0.name == name }).schedule
    let found = (0..<expected.count).map { schedule.rate(at: $0) }
    #expect(relativeError(Tensor(found), expected) < 1e-6)
  }

  @Test("Schedules that end stay at their last rate")
  func ends() {
    #expect(CosineDecay(from: 1, to: 0.25, over: 10).rate(at: 17) == 0.25)
    #expect(LinearRate(from: 0, to: 2, over: 4).rate(at: 100) == 2)
    #expect(PolynomialDecay(from: 1, power: 0.5, over: 4).rate(at: 5) == 0)
  }

  @Test("A follower counts from its own start")
  func following() {
    let schedule = ConstantRate(3).followed(by: LinearRate(from: 1, to: 0, over: 2), after: 4)
    #expect((2..<8).map { schedule.rate(at: $0) } == [3, 3, 1, 0.5, 0, 0])
  }

  @Test("A schedule survives JSON")
  func coding() throws {
    let schedule = LinearRate(from: 0, to: 0.1, over: 5).followed(
      by: StepDecay(from: 0.1, factor: 0.5, every: 3), after: 5)
    let data = try JSONEncoder().encode(schedule)
    let decoded = try JSONDecoder().decode(type(of: schedule), from: data)
    #expect(decoded == schedule)
  }
}
