/// A sweep as its file says it, checked for form: what is fixed, what varies, and how.
struct SweepDefinition: Sendable {
  enum Method: String, CaseIterable, Codable, Sendable {
    /// Every combination.
    case grid
    /// `run_cap` cells, drawn.
    case random
  }

  /// The figure by which cells are ordered.
  struct Metric: Codable, Hashable, Sendable {
    enum Goal: String, CaseIterable, Codable, Sendable { case maximize, minimize }
    /// Which figure of a learning curve: its last one, or its mean over the budget.
    enum Part: String, CaseIterable, Codable, Sendable { case last, area }

    var name = "accuracy"
    var goal = Goal.maximize
    var over = Part.last
  }

  /// A setting that is the same in every cell.
  struct Fixed: Sendable {
    var key: String
    var text: String
    var line: Int
  }

  /// For sentences.
  var file: String
  /// For the table and for the directory if none is named.
  var name: String
  var system: SweepSystem
  var method = Method.grid
  var metric = Metric()
  var fixed: [Fixed] = []
  /// In the order of the file.
  var parameters: [SweepParameter] = []
  /// A list of strategies or schemes outside `parameters`: every combination, or draw, runs with each of them.
  var compared: SweepParameter?
  var seeds = [1]
  /// Cells in total, earlier ones included.
  var runCap: Int?
  /// Of `random`'s draws.
  var drawSeed = 1

  /// Where a key stands in the file, or nil.
  func line(of key: String) -> Int? {
    fixed.first { $0.key == key }?.line ?? parameters.first { $0.key == key }?.line
      ?? (compared?.key == key ? compared?.line : nil)
  }
}
