import ActiveLoop

extension Scheme {
  /// For people.
  var title: String {
    switch self {
    case .gaal: "GAAL"
    case .simpleGAN: "simple GAN"
    case .svmActive: "SVM-active"
    case .random: "passive random"
    case .supervised: "fully supervised"
    case .mixed: "mixed"
    case .selfTaught: "self-taught"
    }
  }
}
