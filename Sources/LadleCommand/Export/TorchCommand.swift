import ArgumentParser
import Tensor

/// `ladle export torch`.
struct TorchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "torch",
    abstract: "A model's weights as the state dictionary of the same layers in torch.nn.",
    discussion: """
      MODEL is a safetensors file that this command wrote: “ladle generate --weights”, or the models of “ladle run pool
      --save-models”. The result has PyTorch's names and layouts and is read with
      safetensors.torch.load_file; Examples/PyTorch/networks.py has the networks.

      Example:
        ladle generate --dataset glyphs --weights generator.safetensors --out glyphs.png
        ladle export torch generator.safetensors --out generator-torch.safetensors
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model.safetensors"))
  var model: String

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out: String

  func run() throws {
    let stored = try SafeTensors.read(model)
    guard let layout = TorchLayout(metadata: stored.metadata) else {
      throw CommandFailure(
        .world,
        "\(model) does not say how PyTorch lays it out; write it again with this version, "
          + "or use saveTorch(to:) of the model in a program.")
    }
    var torch: SafeTensors
    do { torch = try layout.torchTensors(of: stored.tensors) } catch {
      throw CommandFailure(.world, "\(model) does not hold what it says: \(error)")
    }
    for (key, text) in stored.metadata where key != TorchLayout.metadataKey { torch.metadata[key] = text }
    try torch.write(to: out)
    print("\(out): \(torch.tensors.count) tensors")
  }
}
