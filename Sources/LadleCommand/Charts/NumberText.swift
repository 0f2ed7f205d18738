import Foundation

/// `value` with exactly `decimals` digits after the point, whatever the locale; a minus sign, not a hyphen; no −0.
func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
  let text = String(format: "%.\(decimals)f", value)
  guard text.hasPrefix("-") else { return text }
  let digits = text.dropFirst()
  return digits.allSatisfy { $0 == "0" || $0 == "." } ? String(digits) : "−" + digits
}

/// A coordinate: at most two decimals, without trailing zeros.
func coordinate(_ value: Double) -> String {
  let text = String(format: "%.2f", value)
  var trimmed = Substring(text)
  while trimmed.hasSuffix("0") { trimmed.removeLast() }
  if trimmed.hasSuffix(".") { trimmed.removeLast() }
  return trimmed == "-0" ? "0" : String(trimmed)
}
