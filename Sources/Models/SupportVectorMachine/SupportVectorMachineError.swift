/// Why an SVM could not be trained.
public enum SupportVectorMachineError: Error, Hashable, Sendable {
  /// The parameters contradict themselves or are out of range.
  case invalidParameters(reason: String)
  /// There is nothing to learn from.
  case noSamples
  /// As many labels as samples are needed.
  case labelCountDiffers(labels: Int, samples: Int)
  /// A label is not in `0..<classCount`.
  case labelOutOfRange(label: Int, sample: Int, classCount: Int)
  /// All samples that count are of one class: there is no boundary to find.
  case oneClassOnly(label: Int)
  /// An input is infinite or not a number.
  case featureNotFinite(sample: Int, feature: Int)
  /// As many weights as samples are needed.
  case weightCountDiffers(weights: Int, samples: Int)
  /// A sample's weight is negative, infinite or not a number.
  case invalidSampleWeight(weight: Float, sample: Int)
}

extension SupportVectorMachineError: CustomStringConvertible {
  /// One sentence that says what to do.
  public var description: String {
    switch self {
    case .invalidParameters(let reason): "Change the SVM's parameters: \(reason)."
    case .noSamples: "Give the SVM at least one sample of each of two classes; there was none of a weight above 0."
    case .labelCountDiffers(let labels, let samples):
      "Give the SVM one label per sample: there were \(labels) labels for \(samples) samples."
    case .labelOutOfRange(let label, let sample, let classCount):
      "Correct the label of sample \(sample): \(label) is not in 0..<\(classCount)."
    case .oneClassOnly(let label):
      "Add samples of another class: all that the SVM was given are of class \(label)."
    case .featureNotFinite(let sample, let feature):
      "Clean the inputs: feature \(feature) of sample \(sample) is infinite or not a number."
    case .weightCountDiffers(let weights, let samples):
      "Give the SVM one weight per sample or none: there were \(weights) weights for \(samples) samples."
    case .invalidSampleWeight(let weight, let sample):
      "Correct the weight of sample \(sample): it must be 0 or more and finite, not \(weight)."
    }
  }
}
