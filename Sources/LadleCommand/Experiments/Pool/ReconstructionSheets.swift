import ActiveLoop
import Datasets
import Tensor

/// Pictures of what VAAL's β-VAE makes of images that it was not trained on: each image and, to its right, what is left
/// of it after it was coded and decoded.
struct ReconstructionSheets: Sendable {
  /// Of the run.
  var directory: String
  var seed: Int

  /// Writes `reconstructions/NAME-seed-S.png`, over that of the round before. Nothing is written for a sampler without a
  /// β-VAE.
  @Sendable func write(_ name: String, _ sampler: VAALSampler, _ pool: UnlabelledPool) throws {
    guard let sheet = try Self.sheet(of: sampler, pool) else { return }
    try RunDirectory.makeDirectory("\(directory)/reconstructions")
    try AtomicFile.write(sheet.png, to: "\(directory)/reconstructions/\(name)-seed-\(seed).png")
  }

  /// Up to 40 images, five pairs in a row.
  static func sheet(of sampler: VAALSampler, _ pool: UnlabelledPool) throws -> ImageSheet? {
    let images = try pool.inputs(at: Array(sampler.heldIndices.prefix(40)))
    guard let reconstructions = sampler.reconstructions(of: images) else { return nil }
    let count = images.shape[0]
    let both = concatenate([images, reconstructions])
    let pairs = (0..<2 * count).map { $0 / 2 + ($0 % 2) * count }
    return ImageSheet(both.gathered(rows: pairs), columns: 10, scale: 2)
  }
}
