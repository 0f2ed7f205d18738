import Models

/// How the features of self-taught learning are learnt. Written into every run, with all values.
struct RICASettings: Codable, Sendable, Hashable {
  var model = RICAConfiguration()
  /// Of the patches and the first filters.
  var seed = 1

  /// What is wrong with a value, or nil.
  func problem() -> String? { model.problem().map { "rica.model." + $0 } }
}
