import Models
import Tensor

/// Every case by name; the peer's are the lines of Benchmarks/peers/rows.py, with the same parameters.
func cases() -> [String: () throws -> any Case] {
  [
    "dcgan32-b64": { DCGANStep(batch: 64) },
    "dcgan32-b128": { DCGANStep(batch: 128) },
    "dcgan64-b64": { DCGANStep(size: 64, channels: 3, batch: 64) },
    "vgg16-train-b128": { vgg16([128, 32, 32, 3]) },
    "vgg16-infer-b256": { ClassifierInference([256, 32, 32, 3]) { VGG16(using: &$0) } },
    "resnet18-b128": {
      ClassifierStep(
        [128, 32, 32, 3], optimizer: SGD(learningRate: 1e-3, momentum: 0.9, weightDecay: 5e-4)
      ) { ResidualNetwork(using: &$0) }
    },
    "cnn-mnist-b64": {
      ClassifierStep([64, 28, 28, 1], optimizer: Adam(learningRate: 1e-4)) { SmallConvolutionalClassifier(using: &$0) }
    },
    "mlp-b64": {
      ClassifierStep([64, 28, 28, 1], optimizer: Adam(learningRate: 1e-4)) { MultilayerPerceptron(using: &$0) }
    },
    "vaal-step": { VAALStep() },
    "aral-cifar": { ARALStep() },
    "synthesis": { Synthesis() },
    "svm-rbf": {
      var parameters = SupportVectorMachine.Parameters()
      parameters.kernel = .radialBasis(gamma: .value(0.0144))
      parameters.cost = 1
      parameters.tolerance = 1e-3
      let (training, test) = try RealImages.fiveAgainstSeven()
      return SupportVectorFit(parameters, training: training, test: test)
    },
    "svm-linear-hinge": { try linear(.hinge) },
    "svm-linear-squared": { try linear(.squaredHinge) },
    "svc-linear-350": {
      var parameters = SupportVectorMachine.Parameters()
      parameters.solver = .sequentialMinimalOptimization
      parameters.cost = 1
      parameters.tolerance = 1e-3
      let (training, test) = try RealImages.automobileAgainstHorse()
      return SupportVectorFit(parameters, training: training, test: test)
    },

    // For --growth only.
    "dcgan32-b16": { DCGANStep(batch: 16) },
    "dcgan32-b32": { DCGANStep(batch: 32) },
    "dcgan32-b256": { DCGANStep(batch: 256) },
    "vgg16-train-b8-s32": { vgg16([8, 32, 32, 3]) },
    "vgg16-train-b8-s64": { vgg16([8, 64, 64, 3]) },
    "vgg16-train-b8-s128": { vgg16([8, 128, 128, 3]) },
  ]
}

private func vgg16(_ shape: [Int]) -> any Case {
  ClassifierStep(shape, optimizer: SGD(learningRate: 1e-3, momentum: 0.9, weightDecay: 5e-4)) { VGG16(using: &$0) }
}

private func linear(_ loss: SupportVectorMachine.Loss) throws -> any Case {
  var parameters = SupportVectorMachine.Parameters()
  parameters.loss = loss
  parameters.cost = 0.01
  parameters.tolerance = 1e-4
  let (training, test) = try RealImages.fiveAgainstSeven()
  return SupportVectorFit(parameters, training: training, test: test)
}
