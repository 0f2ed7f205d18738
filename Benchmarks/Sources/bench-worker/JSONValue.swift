/// What an answer is made of.
enum JSONValue: Encodable {
  case number(Double?)
  case text(String)
  case list([Double])
  case object([String: JSONValue])

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .object(let value): try container.encode(value)
    }
  }
}
