import ActiveLoop
import Datasets
import Foundation

extension GAALReport {
  // MARK: - Queries

  /// What the synthesising schemes asked, early, midway and late in the first seed.
  var querySections: [Report.Section] {
    let schemes = findings.schemes.filter(\.needsGenerator)
    guard let seed = settings.seeds.first else { return [] }
    return schemes.compactMap { scheme in
      let rounds = findings.records.filter { $0.scheme == scheme.rawValue && $0.seed == seed && $0.round > 0 }
        .map(\.round).sorted()
      guard let first = rounds.first, let last = rounds.last else { return nil }
      let chosen = Set([first, rounds[rounds.count / 2], last]).sorted()
      let blocks = chosen.compactMap { round -> Report.Block? in
        guard let record = QueryRecord.read(scheme.rawValue, seed, round, from: directory), !record.images.isEmpty
        else { return nil }
        return .tiles(caption: caption(record, scheme, seed), tiles(record))
      }
      return blocks.isEmpty ? nil : Report.Section(title: "Queries of \(scheme.title)", blocks: blocks)
    }
  }

  /// More pictures of one round than this tell nothing new.
  private static let tileLimit = 24

  private func caption(_ record: QueryRecord, _ scheme: Scheme, _ seed: Int) -> String {
    let named = record.answers.count { $0 != QueryRecord.cannotTell }
    let rest = record.images.count > Self.tileLimit ? ", of which the first \(Self.tileLimit) follow" : ""
    let restarts = record.restarts == 0 ? "" : " \(record.restarts) starts were drawn again."
    return
      "Round \(record.round), seed \(seed): \(record.answers.count) images shown, \(named) named\(rest). Under each the oracle’s "
      + "answer, and the distance from the boundary before and after refitting.\(restarts)"
  }

  private func tiles(_ record: QueryRecord) -> [Report.Tile] {
    zip(record.images.prefix(Self.tileLimit), record.answers).enumerated().compactMap { index, pair in
      guard let png = Data(base64Encoded: pair.0), PNGHeader([UInt8](png)) != nil else { return nil }
      let label = task.pool.classNames.firstIndex(of: pair.1)
      let color = label.map { ClassColors.all[$0 % ClassColors.all.count] } ?? .gray(140)
      let distances = [record.distancesBefore, record.distancesAfter].map { values in
        index < values.count ? fixed(Double(values[index]), 3) : "–"
      }
      return Report.Tile(
        png: pair.0, lines: [pair.1, distances.joined(separator: " → ")],
        color: "rgb(\(color.red),\(color.green),\(color.blue))",
        alternative: "Synthesised image, answered “\(pair.1)”")
    }
  }

  // MARK: - Models, settings, repeating

  var modelsSection: Report.Section? {
    var images: [Report.Image] = []
    func add(_ sheet: ImageSheet?, _ alternative: String, _ caption: String) {
      guard let sheet else { return }
      images.append(
        Report.Image(
          png: Data(sheet.png), width: sheet.width, height: sheet.height, alternative: alternative, caption: caption))
    }
    let recognised = facts.recognised.map {
      " A classifier trained on real images, \(fixed((facts.classifierAccuracy ?? 0) * 100, 1)) % right on its test "
        + "images, is sure (a probability of at least \(fixed(Double(settings.experiment.oracle.threshold), 2))) of "
        + "\(fixed((facts.sureOfAny ?? $0) * 100, 1)) % of 1000 such samples, and names one of the two classes for "
        + "\(fixed($0 * 100, 1)) %."
    }
    add(
      facts.samples, "A sheet of generated images",
      "A hundred random samples of the generator, none chosen.\(recognised ?? "")")
    add(facts.real, "A sheet of real images", "The first hundred images of the pool.")
    return images.isEmpty ? nil : Report.Section(title: "Generator", blocks: [.images(images)])
  }

  var featuresSection: Report.Section? {
    guard let sheet = facts.filters else { return nil }
    let image = Report.Image(
      png: Data(sheet.png), width: sheet.width, height: sheet.height, alternative: "A sheet of filters",
      caption: "RICA’s filters, learnt from the pool without labels. Self-taught learning asks for the samples that "
        + "passive random sampling asks for, and sees them through these beside pixels.")
    return Report.Section(title: "Features of self-taught learning", blocks: [.images([image])])
  }

  var settingsSection: Report.Section? {
    guard let json = try? SettingsSchema(of: settings).resolved else { return nil }
    var definitions = json.leaves.map { Report.Definition($0.path, $0.value.shown) }
    definitions.append(.init("data, pool", task.pool.description))
    definitions += task.tests.map { .init("data, \($0.title)", $0.data.description) }
    return Report.Section(
      title: "Settings and machine",
      blocks: [
        .details("Every setting", [.definitions(definitions)]),
        .definitions(environment.lines.map { .init($0.name, $0.value) }),
        .paragraph("The process that wrote this page took \(durationText(seconds))."),
      ])
  }

  var repeatSection: Report.Section? {
    Report.Section(
      title: "Run it again",
      blocks: [
        .command(commandLine),
        .paragraph(
          "The same seeds give the same bytes in rounds.jsonl on the same kind of processor, with any number of threads."
        ),
      ])
  }

  /// The command that makes this run: what differs from the defaults, as options and settings.
  var commandLine: String {
    var words = ["ladle run gaal --dataset \(settings.dataset.rawValue)"]
    let defaults = GAALSettings(settings.dataset)
    if settings.experiment.framing != defaults.experiment.framing || task.dataset == .mnistUSPS {
      words.append("--framing \(settings.experiment.framing)")
    }
    if settings.schemes != defaults.schemes {
      words.append("--schemes \(settings.schemes.map(\.rawValue).joined(separator: ","))")
    }
    words.append("--seeds " + LadleCommand.seedsText(settings.seeds))
    words.append("--budget \(settings.experiment.budget)")
    let special: Set = ["dataset", "seeds", "schemes", "experiment.framing", "experiment.budget"]
    let here = (try? SettingsSchema(of: settings).resolved.leaves) ?? []
    let there = Dictionary((try? SettingsSchema(of: defaults).resolved.leaves) ?? []) { first, _ in first }
    for leaf in here where !special.contains(leaf.path) && there[leaf.path] != leaf.value {
      words.append("--set \(leaf.path)=\(leaf.value.shown)")
    }
    return (words + ["--out DIR"]).joined(separator: " \\\n  ")
  }
}
