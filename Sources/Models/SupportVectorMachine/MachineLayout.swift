/// Which binary machines decide between the classes.
enum MachineLayout: Sendable, Hashable {
  /// Before the first fit.
  case none
  /// Two classes: positive means class 1.
  case binary
  /// Machine k is positive for class k.
  case oneVersusRest(classes: Int)
  /// A machine per pair a < b, in lexical order, positive for b: with two classes this is the binary machine.
  case oneVersusOne(classes: Int)

  init(classCount: Int, multiclass: SupportVectorMachine.Multiclass) {
    self =
      if classCount == 2 { .binary } else {
        switch multiclass {
        case .oneVersusRest: .oneVersusRest(classes: classCount)
        case .oneVersusOne: .oneVersusOne(classes: classCount)
        }
      }
  }

  /// The classes on the two sides of each machine; `nil` is all others.
  var sides: [(positive: Int, negative: Int?)] {
    switch self {
    case .none: []
    case .binary: [(1, 0)]
    case .oneVersusRest(let classes): (0..<classes).map { ($0, nil) }
    case .oneVersusOne(let classes): (0..<classes).flatMap { a in (a + 1..<max(a + 1, classes)).map { ($0, a) } }
    }
  }
}
