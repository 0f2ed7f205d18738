import ActiveLoop
import Models

/// The group `aral` of the settings of `ladle run pool`: a preset, and what differs from it.
struct ARALRunSettings: Codable, Sendable, Hashable {
  /// Sizes of the networks, losses, epochs and batch.
  var preset = ARALLearnerSettings.Preset.small
  /// What the classifier learns from.
  var mode = ARALSettings.Mode.full
  /// Passes over the pool; none has the preset's.
  var epochs: Int?
  /// Steps in all, whatever the size of the pool; none has the epochs'.
  var steps: Int?
  /// Steps after those in which the generator alone learns.
  var generatorSteps = 0
  /// Unlabelled images per step; none has the preset's.
  var batch: Int?
  /// What a fit starts from.
  var refit = ARALLearnerSettings.Refit.scratch
  /// Weight of the cross-entropy of generated images to their class; none has the preset's.
  var generatedClassWeight: Float?
  /// The classifier's widths: two for networks of convolutions; none has the preset's.
  var classifierWidths: [Int]?
  /// Units of generator and encoder, or their channels next to the image; none has the preset's.
  var autoencoderWidth: Int?
  /// Whether the losses have the released code's defects (`ARALSettings.released`).
  var releasedLosses = false
  /// The query's defects, as in the released code.
  var queryDefects = SamplerQuery.Defects()

  /// The learner's settings.
  func learner() -> ARALLearnerSettings {
    var settings = ARALLearnerSettings(preset)
    if releasedLosses { settings.losses = settings.losses.released }
    settings.losses.mode = mode
    if let generatedClassWeight { settings.losses.generatedClassWeight = generatedClassWeight }
    if let classifierWidths { settings.networks.classifierWidths = classifierWidths }
    if let autoencoderWidth { settings.networks.autoencoderWidth = autoencoderWidth }
    if let epochs { settings.epochs = epochs }
    settings.steps = steps
    settings.generatorSteps = generatorSteps
    if let batch { settings.batch = batch }
    settings.refit = refit
    return settings
  }
}
