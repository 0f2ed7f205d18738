/// Text made safe for HTML, XHTML and SVG, in content and in quoted attributes. Characters that XML forbids (control
/// characters other than tab and line ends) become U+FFFD, so that hostile file names cannot break a page.
func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
    case "\u{0}"..<"\u{20}", "\u{7F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// `<name attribute="value" …>content</name>`, or `<name …/>` without content. Attribute values are escaped; the
/// content is markup already.
func element(_ name: String, _ attributes: [(String, String)] = [], _ content: String? = nil) -> String {
  let written = attributes.map { " \($0.0)=\"\(escaped($0.1))\"" }.joined()
  guard let content else { return "<\(name)\(written)/>" }
  return "<\(name)\(written)>\(content)</\(name)>"
}
