public import Tensor

/// A learner whose labels are not classes: a label is the number of an annotation, such as a mask, that the learner
/// looks up. It therefore says itself how good it is, and what its samples show.
///
/// In an experiment with such a learner, class names stand for annotations, one for each sample; records count what the
/// samples show. Strategies that need only inputs and learner work as with classes. Those that read labels must not be
/// paired with it.
public protocol AnnotationLearner: Learner {
  /// How many of the annotations `labels` show each class.
  func classCounts(of labels: [Int]) -> [Int]

  /// Figures by name on samples with these annotations; nothing is fitted.
  func assessment(of inputs: Tensor, labels: [Int], scoringChunk: Int) -> [String: Double]
}
