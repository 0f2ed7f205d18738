internal import Foundation

/// The learning rate as a pure function of the step: nothing to save, nothing to call in order.
///
/// ```swift
/// let schedule = LinearRate(from: 0, to: 1e-3, over: 500)
///   .followed(by: CosineDecay(from: 1e-3, to: 0, over: 9_500), after: 500)
/// optimizer.learningRate = schedule.rate(at: optimizer.step)
/// ```
public protocol LearningRateSchedule: Sendable {
  /// The rate for the update that follows `step` updates; `step` is at least 0. Whether a step is an update or an
  /// epoch is the caller's choice.
  func rate(at step: Int) -> Float
}

/// The same rate for ever.
public struct ConstantRate: LearningRateSchedule, Codable, Hashable {
  /// The rate.
  public var rate: Float

  /// Always `rate`.
  public init(_ rate: Float) { self.rate = rate }

  /// The rate for the update that follows `step` updates.
  public func rate(at step: Int) -> Float { rate }
}

/// Multiplied by a factor every so many steps.
public struct StepDecay: LearningRateSchedule, Codable, Hashable {
  /// The rate at step 0.
  public var initial: Float
  /// What each interval multiplies the rate by.
  public var factor: Float
  /// The length of an interval, in steps.
  public var interval: Int

  /// `initial · factor^⌊step / interval⌋`. Precondition: `interval > 0`.
  public init(from initial: Float, factor: Float, every interval: Int) {
    precondition(interval > 0, "an interval of \(interval) steps never ends")
    self.initial = initial
    self.factor = factor
    self.interval = interval
  }

  /// The rate for the update that follows `step` updates.
  public func rate(at step: Int) -> Float { Float(Double(initial) * power(Double(factor), step / interval)) }
}

/// Multiplied by a factor at given steps.
public struct MultiStepDecay: LearningRateSchedule, Codable, Hashable {
  /// The rate before the first milestone.
  public var initial: Float
  /// What each milestone multiplies the rate by.
  public var factor: Float
  /// Steps from which on the factor is applied once more; in any order.
  public var milestones: [Int]

  /// `initial · factor^(number of milestones ≤ step)`.
  public init(from initial: Float, factor: Float, at milestones: [Int]) {
    self.initial = initial
    self.factor = factor
    self.milestones = milestones
  }

  /// The rate for the update that follows `step` updates.
  public func rate(at step: Int) -> Float {
    Float(Double(initial) * power(Double(factor), milestones.count { $0 <= step }))
  }
}

/// Multiplied by a factor every step.
public struct ExponentialDecay: LearningRateSchedule, Codable, Hashable {
  /// The rate at step 0.
  public var initial: Float
  /// What each step multiplies the rate by.
  public var factor: Float

  /// `initial · factor^step`.
  public init(from initial: Float, factor: Float) {
    self.initial = initial
    self.factor = factor
  }

  /// The rate for the update that follows `step` updates.
  public func rate(at step: Int) -> Float { Float(Double(initial) * power(Double(factor), step)) }
}

/// Half a cosine from one rate to another (Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts). It stays at
/// the final rate afterwards, where PyTorch's `CosineAnnealingLR` climbs again.
public struct CosineDecay: LearningRateSchedule, Codable, Hashable {
  /// The rate at step 0.
  public var initial: Float
  /// The rate from step `steps` on.
  public var final: Float
  /// The length of the decay.
  public var steps: Int

  /// Precondition: `steps > 0`.
  public init(from initial: Float, to final: Float = 0, over steps: Int) {
    precondition(steps > 0, "a decay over \(steps) steps has no length")
    self.initial = initial
    self.final = final
    self.steps = steps
  }

  /// The rate for the update that follows `step` updates.
  public func rate(at step: Int) -> Float {
    let share = progress(step, steps)
    return Float(Double(final) + (Double(initial) - Double(final)) * (1 + cos(Double.pi * share)) / 2)
  }
}

/// A straight line from one rate to another, constant afterwards: a warm-up, or a linear decay.
public struct LinearRate: LearningRateSchedule, Codable, Hashable {
  /// The rate at step 0.
  public var initial: Float
  /// The rate from step `steps` on.
  public var final: Float
  /// The length of the line.
  public var steps: Int

  /// Precondition: `steps > 0`.
  public init(from initial: Float, to final: Float, over steps: Int) {
    precondition(steps > 0, "a line over \(steps) steps has no length")
    self.initial = initial
    self.final = final
    self.steps = steps
  }

  /// The rate for the update that follows `step` updates.
  public func rate(at step: Int) -> Float {
    Float(Double(initial) + (Double(final) - Double(initial)) * progress(step, steps))
  }
}

/// A power of the share of steps that are left; zero afterwards.
public struct PolynomialDecay: LearningRateSchedule, Codable, Hashable {
  /// The rate at step 0.
  public var initial: Float
  /// The exponent; 1 is a line.
  public var power: Float
  /// The length of the decay.
  public var steps: Int

  /// `initial · (1 − step / steps)^power`. Precondition: `steps > 0`.
  public init(from initial: Float, power: Float = 1, over steps: Int) {
    precondition(steps > 0, "a decay over \(steps) steps has no length")
    self.initial = initial
    self.power = power
    self.steps = steps
  }

  /// The rate for the update that follows `step` updates.
  public func rate(at step: Int) -> Float {
    Float(Double(initial) * pow(1 - progress(step, steps), Double(power)))
  }
}

/// One schedule, and from some step on another, which counts from there.
public struct FollowedSchedule<First: LearningRateSchedule, Second: LearningRateSchedule>: LearningRateSchedule {
  /// The schedule of the first steps.
  public var first: First
  /// The schedule of the others.
  public var second: Second
  /// The step at which `second` takes over, as its step 0.
  public var start: Int

  /// The rate for the update that follows `step` updates.
  public func rate(at step: Int) -> Float { step < start ? first.rate(at: step) : second.rate(at: step - start) }
}

extension FollowedSchedule: Equatable where First: Equatable, Second: Equatable {}
extension FollowedSchedule: Hashable where First: Hashable, Second: Hashable {}
extension FollowedSchedule: Encodable where First: Encodable, Second: Encodable {}
extension FollowedSchedule: Decodable where First: Decodable, Second: Decodable {}

extension LearningRateSchedule {
  /// This schedule for `steps` steps, then `next` from its own step 0.
  public func followed<Next: LearningRateSchedule>(by next: Next, after steps: Int) -> FollowedSchedule<Self, Next> {
    FollowedSchedule(first: self, second: next, start: steps)
  }
}

/// The share of `steps` that `step` has covered, in 0...1.
private func progress(_ step: Int, _ steps: Int) -> Double { min(max(Double(step) / Double(steps), 0), 1) }

/// `base` to the power of a whole number.
func power(_ base: Double, _ exponent: Int) -> Double { pow(base, Double(exponent)) }
