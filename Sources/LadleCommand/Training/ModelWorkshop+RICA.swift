import ActiveLoop
import Datasets
import Models
import Tensor

extension ModelWorkshop {
  /// RICA's filters for the images of `pool`; its labels are not used.
  func rica(_ settings: RICASettings, pool: ImageDataset) throws -> RICA {
    let (side, shape) = (settings.model.patchSide, pool.imageShape)
    guard min(shape.height, shape.width) >= side else {
      throw CommandFailure(.usage, "rica.model.patchSide is \(side), and images of \(pool.name) are \(shape).")
    }
    let regions = settings.model.poolingRegions
    guard min(shape.height, shape.width) - side + 1 >= regions else {
      throw CommandFailure(
        .usage, "rica.model.poolingRegions is \(regions), and patches of \(side) pixels have fewer places in \(shape).")
    }
    let directory = try cached("rica", "Learning RICA's filters", .init(encoding: settings), pool) { directory, _ in
      progress.begin("Learning RICA’s filters", total: settings.model.iterations, unit: "steps")
      let (model, result) = try RICA.learn(
        settings.model, from: pool.images, using: RandomSource(seed: settings.seed).stream("rica")
      ) { state in
        progress.advance(to: state.iteration)
        return !Interruption.shared.isRequested
      }
      try stopIfRequested()
      try model.save(
        to: directory + "/rica.safetensors",
        metadata: ["objective": "\(result.value)", "steps": "\(result.iterations)", "stopped": result.reason.rawValue])
      progress.finish()
    }
    var model = RICA(unfitted: settings.model, channels: shape.channels)
    try model.load(from: directory + "/rica.safetensors")
    return model
  }

  /// `data` seen through pixels and the features learnt from its pool, and a sheet of the filters if they are grey or
  /// of three colours.
  func selfTaught(
    _ settings: RICASettings, data: ExperimentData, pool: ImageDataset
  ) throws -> (data: ExperimentData, filters: ImageSheet?) {
    let model = try rica(settings, pool: pool)
    let isPicture = model.channels == 1 || model.channels == 3
    return (
      try data.mapped(by: SelfTaughtFeatures(model, fittedTo: data.pool)),
      isPicture ? ImageSheet(model.pictures, padding: 2, scale: 4) : nil
    )
  }
}
