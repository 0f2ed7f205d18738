public import Tensor

/// The path of `name` in the directory `Fixtures` beside, or above, the calling test file.
public func fixturePath(_ name: String, from file: String = #filePath) -> String {
  // …/Tests/<Target>/[folders/]<File>.swift: the target is the component after the last "Tests".
  let parts = file.split(separator: "/", omittingEmptySubsequences: false)
  guard let tests = parts.lastIndex(of: "Tests"), tests + 1 < parts.count else { return name }
  return parts[...(tests + 1)].joined(separator: "/") + "/Fixtures/" + name
}

/// The largest difference between two tensors over the largest absolute value of `expected`; infinite if the shapes
/// differ or a scalar is not a number.
public func relativeError(_ found: Tensor, _ expected: Tensor) -> Float {
  guard found.shape == expected.shape else { return .infinity }
  var (difference, scale): (Float, Float) = (0, 0)
  for (a, b) in zip(found.scalars, expected.scalars) {
    guard a.isFinite, b.isFinite else { return .infinity }
    difference = max(difference, abs(a - b))
    scale = max(scale, abs(b))
  }
  return difference == 0 ? 0 : difference / scale
}
