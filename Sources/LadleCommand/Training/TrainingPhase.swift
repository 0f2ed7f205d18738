/// Shows the steps of a training, which may go on from a checkpoint: the phase begins with the first step of this process,
/// so that steps made before say nothing about speed.
final class TrainingPhase {
  private let name: String
  private let steps: Int
  private let progress: ProgressReporter
  private var hasBegun = false

  init(name: String, steps: Int, progress: ProgressReporter) {
    (self.name, self.steps, self.progress) = (name, steps, progress)
  }

  func advance(to step: Int) {
    if !hasBegun { progress.begin(name, total: steps, unit: "steps", done: step - 1) }
    hasBegun = true
    progress.advance(to: step)
  }
}
