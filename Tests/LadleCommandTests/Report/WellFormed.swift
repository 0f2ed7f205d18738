import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Whether an XML parser reads `markup` to its end.
func isWellFormed(_ markup: String) -> Bool { XMLParser(data: Data(markup.utf8)).parse() }
