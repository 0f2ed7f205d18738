import Testing

@testable import LadleCommand

@Suite struct SettingsLimitsTests {
  @Test(arguments: [
    "network.hidden=9223372036854775807", "network.width=1000000000", "network.members=-9223372036854775808",
    "experiment.batch=4611686018427387904", "training.augmentation.padding=1000000000", "vaal.hidden=[64,1000000000]",
  ])
  func numbersThatNoMachineCanServeAreRefused(patch: String) throws {
    let name = String(patch.prefix { $0 != "=" })
    do {
      try patched(PoolSettings(.digits), with: [try SettingsPatch(patch)]).validate()
      Issue.record("\(patch) was accepted")
    } catch let failure as CommandFailure {
      #expect(failure.kind == .usage && failure.description.hasPrefix("\(name) is "), "\(failure)")
      #expect(failure.description.contains("must lie within ±"))
    }
  }

  @Test func everyDefaultIsWithinThem() throws {
    for dataset in PoolDataset.allCases { try SettingsLimits.check(PoolSettings(dataset)) }
    for dataset in GAALDataset.allCases {
      try SettingsLimits.check(GAALSettings(dataset))
      try SettingsLimits.check(SelfTaughtSettings(dataset))
    }
  }

  @Test func seedsMayBeAny() throws {
    var settings = PoolSettings(.digits)
    settings.seeds = [Int.max]
    settings.fixedSeeds.split = Int.min
    try SettingsLimits.check(settings)
  }
}
