public import Tensor

/// ARAL's generator and encoder as one model: they are updated together, and each is the other's inverse.
public struct ARALAutoencoder: Module {
  /// Latent codes and classes to images.
  public var generator: ARALGenerator
  /// Images and classes to distributions of latent codes.
  public var encoder: ARALEncoder

  /// A new generator and a new encoder.
  public init(_ configuration: ARALConfiguration, using random: inout RandomSource) {
    generator = ARALGenerator(configuration, using: &random)
    encoder = ARALEncoder(configuration, using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("generator", &generator)
    visitor.visit("encoder", &encoder)
  }
}
