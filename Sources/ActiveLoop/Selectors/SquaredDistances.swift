/// Squared distances between samples, however they are held: points as rows (``EuclideanDistances``), or points that
/// are never formed, such as outer products p ⊗ h, of which |pᵢ ⊗ hᵢ − pⱼ ⊗ hⱼ|² needs only p and h.
package protocol SquaredDistances: Sendable {
  /// The number of samples.
  var count: Int { get }

  /// Whether the sample is a point. One with a feature that is infinite or not a number is not: it is chosen last, and
  /// nothing is ever near it.
  func isPoint(_ row: Int) -> Bool

  /// Writes the squared distance of every sample to sample `row`, not negative, in the order of the samples.
  /// Precondition: `row` is a point, `distances.count == count`. What is written for samples that are no points does
  /// not matter.
  func distances(toRow row: Int, into distances: inout [Float])
}
