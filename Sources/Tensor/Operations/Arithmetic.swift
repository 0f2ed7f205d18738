internal import CKernels

/// Elementwise arithmetic. Shapes broadcast by NumPy's rule: they are aligned at their last axes, and an axis of size
/// 1 (or a missing one) is repeated; gradients are summed over the repeats.
///
/// - Precondition: the shapes broadcast to each other.
extension Tensor {
  private static func shape(of operation: String, _ a: Tensor, _ b: Tensor) -> Shape {
    guard let shape = broadcastShape(a.shape, b.shape) else {
      preconditionFailure("cannot \(operation) shapes \(a.shape) and \(b.shape): they do not broadcast")
    }
    return shape
  }

  /// The sum, element by element.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    let (shapeA, shapeB) = (a.shape, b.shape)
    return elementwise(LADLE_ADD, a, b, shape: shape(of: "add", a, b))
      .recorded(from: a, b) { cotangent, wanted in
        [wanted[0] ? cotangent.summed(to: shapeA) : nil, wanted[1] ? cotangent.summed(to: shapeB) : nil]
      }
  }

  /// The difference, element by element.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let (shapeA, shapeB) = (a.shape, b.shape)
    return elementwise(LADLE_SUBTRACT, a, b, shape: shape(of: "subtract", a, b))
      .recorded(from: a, b) { cotangent, wanted in
        [wanted[0] ? cotangent.summed(to: shapeA) : nil, wanted[1] ? -cotangent.summed(to: shapeB) : nil]
      }
  }

  /// The product, element by element; ``matmul(_:_:transposeA:transposeB:)`` is the other one.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (ua, ub) = (a.detached, b.detached)
    return elementwise(LADLE_MULTIPLY, a, b, shape: shape(of: "multiply", a, b))
      .recorded(from: a, b) { cotangent, wanted in
        [
          wanted[0] ? (cotangent * ub).summed(to: ua.shape) : nil,
          wanted[1] ? (cotangent * ua).summed(to: ub.shape) : nil,
        ]
      }
  }

  /// The quotient, element by element.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let ub = b.detached
    let shapeA = a.shape
    let quotient = elementwise(LADLE_DIVIDE, a, b, shape: shape(of: "divide", a, b))
    return quotient.recorded(from: a, b) { cotangent, wanted in
      // d(a / b) = da / b - (a / b) db / b
      let scaled = cotangent / ub
      return [
        wanted[0] ? scaled.summed(to: shapeA) : nil,
        wanted[1] ? -(scaled * quotient).summed(to: ub.shape) : nil,
      ]
    }
  }
}

extension Tensor {
  /// `a + b` with `b` everywhere.
  public static func + (a: Tensor, b: Float) -> Tensor {
    elementwise(LADLE_ADD, a, Tensor(b), shape: a.shape).recorded(from: a) { cotangent, _ in [cotangent] }
  }

  /// `a + b` with `a` everywhere.
  public static func + (a: Float, b: Tensor) -> Tensor { b + a }

  /// `a - b` with `b` everywhere.
  public static func - (a: Tensor, b: Float) -> Tensor {
    elementwise(LADLE_SUBTRACT, a, Tensor(b), shape: a.shape).recorded(from: a) { cotangent, _ in [cotangent] }
  }

  /// `a - b` with `a` everywhere.
  public static func - (a: Float, b: Tensor) -> Tensor {
    elementwise(LADLE_SUBTRACT, Tensor(a), b, shape: b.shape).recorded(from: b) { cotangent, _ in [-cotangent] }
  }

  /// `a` times the number `b`.
  public static func * (a: Tensor, b: Float) -> Tensor {
    elementwise(LADLE_MULTIPLY, a, Tensor(b), shape: a.shape).recorded(from: a) { cotangent, _ in [cotangent * b] }
  }

  /// `b` times the number `a`.
  public static func * (a: Float, b: Tensor) -> Tensor { b * a }

  /// `a` divided by the number `b`.
  public static func / (a: Tensor, b: Float) -> Tensor {
    elementwise(LADLE_DIVIDE, a, Tensor(b), shape: a.shape).recorded(from: a) { cotangent, _ in [cotangent / b] }
  }

  /// The number `a` divided by each element of `b`.
  public static func / (a: Float, b: Tensor) -> Tensor { Tensor(a) / b }

  /// The negative.
  public static prefix func - (a: Tensor) -> Tensor { a * -1 }

  /// `a = a + b`.
  public static func += (a: inout Tensor, b: Tensor) {
    if a.isTraced || b.isTraced || a.shape != b.shape { a = a + b } else { a.accumulate(b) }
  }

  /// `a = a - b`.
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }

  /// `a = a * b`.
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }

  /// `a = a * b`.
  public static func *= (a: inout Tensor, b: Float) { a = a * b }

  /// `a = a / b`.
  public static func /= (a: inout Tensor, b: Float) { a = a / b }
}
