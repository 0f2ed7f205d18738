import ActiveLoop
import Datasets
import Models
import Tensor

/// Pictures of what ARAL's generator makes of each class: one row per class, from 0 on.
struct GeneratedSheets: Sendable {
  /// Of the run.
  var directory: String
  var strategy: String
  var seed: Int
  var progress: ProgressReporter

  /// Writes `generated/STRATEGY-seed-S.png`, over that of the fit before. A run does not end for want of a picture: what
  /// went wrong is said.
  @Sendable func write(_ learner: ARALLearner) {
    do {
      try RunDirectory.makeDirectory("\(directory)/generated")
      try AtomicFile.write(
        Self.sheet(of: learner).png, to: "\(directory)/generated/\(strategy)-seed-\(seed).png")
    } catch {
      progress.note("ladle: no picture of generated images: \(error)")
    }
  }

  /// Ten images of each class, of the same ten codes.
  static func sheet(of learner: ARALLearner) -> ImageSheet {
    let rows = (0..<learner.settings.networks.classes).map { label in
      var codes = RandomSource(seed: 1)
      return learner.generated(10, of: label, using: &codes)
    }
    return ImageSheet(concatenate(rows), columns: 10, scale: 2)
  }
}
