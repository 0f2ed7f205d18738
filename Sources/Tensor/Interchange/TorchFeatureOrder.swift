/// How PyTorch orders the features of a flat row that was an image.
///
/// Images are `[N, H, W, C]` here and `[N, C, H, W]` there. Flattened, feature `p·C + c` of ours, pixel p and channel c, is
/// feature `c·P + p` of theirs. Features behind the image, such as a class that was appended, keep their places.
public struct TorchFeatureOrder: Codable, Sendable, Hashable {
  /// C.
  public var channels: Int
  /// Features behind those of the image.
  public var trailing: Int

  /// Memberwise. Precondition: at least one channel, and not fewer than no features.
  public init(channels: Int, trailing: Int = 0) {
    precondition(channels >= 1 && trailing >= 0, "\(channels) channels and \(trailing) more features make no order")
    (self.channels, self.trailing) = (channels, trailing)
  }

  /// For each feature of PyTorch's its place in ours, or nil if `count` features are not pixels of so many channels.
  func places(of count: Int) -> [Int]? {
    // A file may say anything, so nothing here relies on the initialiser.
    guard channels >= 1, trailing >= 0, trailing <= count, (count - trailing) % channels == 0 else { return nil }
    let pixels = (count - trailing) / channels
    return (0..<count).map { place in
      place < pixels * channels ? place % pixels * channels + place / pixels : place
    }
  }
}
