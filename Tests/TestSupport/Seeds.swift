public import Tensor

/// Runs `body` with a random source for each of a few fixed seeds; a failure shows which (see
/// ``withEvery(_:in:_:)``).
public func withSeeds<Failure: Error>(
  _ seeds: [Int] = [1, 2, 3], _ body: (inout RandomSource) throws(Failure) -> Void
) throws(Failure) {
  try withEvery("seed", in: seeds) { seed throws(Failure) in
    var random = RandomSource(seed: seed)
    try body(&random)
  }
}
