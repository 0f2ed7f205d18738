import Tensor
import TestSupport
import Testing

@Suite("Checkpoint")
struct CheckpointTests {
  private var model: TwoParameters { TwoParameters(weight: Tensor([1, 2, 3]), bias: Tensor([4, 5])) }

  @Test("A module is saved and loaded with its state and metadata")
  func module() throws {
    var saved = model
    saved.count = Tensor([42])
    var loaded = TwoParameters(weight: .zeros([3]), bias: .zeros([2]))
    try withTemporaryDirectory { directory in
      try saved.save(to: directory + "/model.safetensors", metadata: ["configuration": "{}"])
      #expect(try loaded.load(from: directory + "/model.safetensors") == ["configuration": "{}"])
    }
    #expect(loaded.weight.scalars == [1, 2, 3])
    #expect(loaded.inner.value.scalars == [4, 5])
    #expect(loaded.count.scalars == [42])
  }

  @Test("Models and optimizers share a file, and training goes on with the same bits")
  func together() throws {
    var (first, second) = (model, model)
    second.weight = Tensor([9, 8, 7])
    var optimizer = Adam<TwoParameters>(learningRate: 0.1)
    let gradient = TwoParameters.gradient(Tensor([1, -2, 3]), Tensor([0.5, -4]))
    optimizer.update(&first, along: gradient)
    var checkpoint = Checkpoint(metadata: ["round": "3"])
    checkpoint.add(first, as: "first")
    checkpoint.add(second, as: "second")
    checkpoint.add(optimizer, as: "firstOptimizer")

    let read = try withTemporaryDirectory { directory in
      try checkpoint.write(to: directory + "/checkpoint.safetensors")
      return try Checkpoint.read(directory + "/checkpoint.safetensors")
    }
    #expect(read.metadata == ["round": "3"])
    var (firstAgain, secondAgain) = (model, model)
    var optimizerAgain = Adam<TwoParameters>(learningRate: 0.1)
    try read.restore(&firstAgain, from: "first")
    try read.restore(&secondAgain, from: "second")
    try read.restore(&optimizerAgain, for: firstAgain, from: "firstOptimizer")
    #expect(secondAgain.weight.scalars == [9, 8, 7])
    optimizer.update(&first, along: gradient)
    optimizerAgain.update(&firstAgain, along: gradient)
    #expect(firstAgain.weight.scalars == first.weight.scalars)
    #expect(throws: ParameterMismatch.missing(["weight", "bias.value", "count"])) {
      try read.restore(&firstAgain, from: "third")
    }
  }

  @Test("What does not fit is a typed error, and changes nothing")
  func mismatches() throws {
    let sound = model.parameters(includingState: true)
    var target = model
    target.weight = Tensor([7, 7, 7])
    #expect(throws: ParameterMismatch.missing(["weight", "count"])) {
      try target.restore(sound.filter { $0.name == "bias.value" })
    }
    #expect(throws: ParameterMismatch.unexpected(["more"])) { try target.restore(sound + [("more", Tensor([1]))]) }
    #expect(throws: ParameterMismatch.repeated(name: "weight")) { try target.restore(sound + [sound[0]]) }
    #expect(throws: ParameterMismatch.misshapen(name: "bias.value", expected: [2], found: [1])) {
      try target.restore(sound.map { $0.name == "bias.value" ? ($0.name, Tensor([1])) : $0 })
    }
    #expect(target.weight.scalars == [7, 7, 7])
  }

  @Test("Errors of the file and of its contents say which file")
  func fileErrors() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      var target = model
      #expect(
        throws: CheckpointError.file(.unreadable(file: path, reason: "there is no such file or directory"))
      ) { try target.load(from: path) }
      try Variable(Tensor([1])).save(to: path)
      let error = #expect(throws: CheckpointError.self) { try target.load(from: path) }
      #expect(error == .mismatch(file: path, .missing(["weight", "bias.value", "count"])))
      #expect(error?.description.hasPrefix(path) == true)
    }
  }
}
