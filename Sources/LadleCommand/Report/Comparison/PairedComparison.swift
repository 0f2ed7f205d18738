import ActiveLoop

/// An arm against its baseline, seed by seed, with tests corrected for how many such comparisons there are.
struct PairedComparison: Sendable {
  /// Places in the findings' arms.
  var arm: Int
  var baseline: Int
  /// Those that both have, ascending.
  var seeds: [Int]
  /// Of the mean figures over the range, one per seed.
  var areaDifferences: [Double]
  /// At the end of the range, one per seed.
  var finalDifferences: [Double]
  /// Of the mean figures; nil for fewer than two seeds, or when nothing differs.
  var tTest: PairedTTest?
  var wilcoxon: WilcoxonSignedRank?
  /// p-values after Holm's correction over all comparisons of the table.
  var adjustedT: Double?
  var adjustedWilcoxon: Double?

  /// Seeds under which the arm had the better mean figure, and the worse one.
  private(set) var wins: Int
  private(set) var losses: Int

  init?(_ findings: ComparisonFindings, _ arm: Int, against baseline: Int) {
    let (a, b) = (findings.arms[arm], findings.arms[baseline])
    let seeds = a.areas.keys.filter { b.areas[$0] != nil }.sorted()
    guard !seeds.isEmpty else { return nil }
    self.arm = arm
    self.baseline = baseline
    self.seeds = seeds
    areaDifferences = seeds.compactMap { seed in a.areas[seed].flatMap { x in b.areas[seed].map { x - $0 } } }
    finalDifferences = seeds.compactMap { seed in a.finals[seed].flatMap { x in b.finals[seed].map { x - $0 } } }
    let options = findings.options
    wins = areaDifferences.count { options.isBetter($0, than: 0) }
    losses = areaDifferences.count { options.isBetter(0, than: $0) }
    tTest = PairedTTest(differences: areaDifferences)
    wilcoxon = seeds.count > 1 ? WilcoxonSignedRank(differences: areaDifferences) : nil
  }

  /// Fills in the adjusted p-values of a family of comparisons.
  static func correct(_ family: inout [PairedComparison]) {
    let withT = family.indices.filter { family[$0].tTest != nil }
    for (index, p) in zip(withT, holmAdjusted(withT.compactMap { family[$0].tTest?.pValue })) {
      family[index].adjustedT = p
    }
    let withRanks = family.indices.filter { family[$0].wilcoxon != nil }
    for (index, p) in zip(withRanks, holmAdjusted(withRanks.compactMap { family[$0].wilcoxon?.pValue })) {
      family[index].adjustedWilcoxon = p
    }
  }
}

extension ComparisonFindings {
  /// The baseline of arm `index`: by full name, or the arm of that scheme whose settings agree with the arm's; nil for the
  /// baseline itself and where none, or several equally, would do.
  func baseline(of index: Int) -> Int? {
    let all = comparison.arms
    if let named = all.firstIndex(where: { $0.name == options.baseline && $0.scheme != $0.name }) {
      return named == index ? nil : named
    }
    let candidates = all.indices.filter { all[$0].scheme == options.baseline || all[$0].name == options.baseline }
    guard !candidates.contains(index) else { return nil }
    if candidates.count == 1 { return candidates[0] }
    let own = all[index].settings
    return candidates.first { candidate in all[candidate].settings.allSatisfy { own[$0.key] == $0.value } }
  }

  /// Whether any arm is a baseline.
  var hasBaseline: Bool { arms.indices.contains { baseline(of: $0) != nil } }

  /// Every arm against its baseline, corrected as one family.
  var paired: [PairedComparison] {
    var family = arms.indices.compactMap { index in
      baseline(of: index).flatMap { PairedComparison(self, index, against: $0) }
    }
    PairedComparison.correct(&family)
    return family
  }

  /// Every arm against every later one, corrected as one family; rows of the win/loss matrix.
  var pairs: [PairedComparison] {
    var family = arms.indices.flatMap { a in
      arms.indices.filter { $0 > a }.compactMap { PairedComparison(self, a, against: $0) }
    }
    PairedComparison.correct(&family)
    return family
  }
}
