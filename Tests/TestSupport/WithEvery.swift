public import Testing

/// Where a test is inside nested ``withEvery(_:in:_:)`` loops.
public enum Trace {
  @TaskLocal static var current: [String] = []

  /// The trace as one line, such as `stride = 2, padding = 1`.
  public static var description: String { current.joined(separator: ", ") }
}

/// Runs `body` for every value, and remembers which for the message of a failure in it: a suite or test with the
/// trait ``Testing/Trait/traced`` shows the trace beside each failed expectation.
///
/// ```swift
/// withEvery("stride", in: 1...2) { stride in
///   withEvery("padding", in: 0...2) { padding in … }
/// }
/// ```
public func withEvery<Values: Sequence, Failure: Error>(
  _ name: String, in values: Values, _ body: (Values.Element) throws(Failure) -> Void
) throws(Failure) {
  for value in values {
    let result: Result<Void, Failure> = Trace.$current.withValue(Trace.current + ["\(name) = \(value)"]) {
      do throws(Failure) { return .success(try body(value)) } catch { return .failure(error) }
    }
    try result.get()
  }
}

extension Trait where Self == IssueHandlingTrait {
  /// Adds the trace of ``withEvery(_:in:_:)`` to every issue.
  public static var traced: Self {
    .compactMapIssues { issue in
      // A suite hands its traits down to its tests: this runs once for each.
      let comment = Comment(rawValue: "with \(Trace.description)")
      guard !Trace.current.isEmpty, !issue.comments.contains(comment) else { return issue }
      var issue = issue
      issue.comments.append(comment)
      return issue
    }
  }
}
