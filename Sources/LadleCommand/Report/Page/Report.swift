import Foundation

/// A page about one run: what was found, shown so that it can be checked and repeated. Rendered by
/// ``Report/html()`` into one file that needs nothing else, on line or off.
struct Report: Sendable {
  var title: String
  /// A line under the title: data set, framing, seeds.
  var subtitle: String = ""
  /// The finding, in a sentence or two, before anything else.
  var lead: [String] = []
  var keyFigures: [KeyFigure] = []
  var sections: [Section] = []
  /// A last line: what wrote the page.
  var footer: String = ""

  /// One number that answers a question the reader came with.
  struct KeyFigure: Sendable {
    var value: String
    var label: String
    /// An interval, a count: what qualifies the number.
    var note: String = ""
  }

  /// A heading with what stands under it.
  struct Section: Sendable {
    var title: String
    var blocks: [Block]
  }

  /// A piece of a section.
  indirect enum Block: Sendable {
    case paragraph(String)
    /// A title inside a section.
    case heading(String)
    /// A remark the reader should not miss: a caveat, a difference from the paper.
    case remark(String)
    /// A figure with its explanation, and what else there is to say of it.
    case chart(any Figure, note: String = "")
    /// Small figures side by side under one caption.
    case panels([any Figure], caption: String)
    case table(Table)
    case matrix(Matrix)
    /// Shown when asked for.
    case details(String, [Block])
    /// Pictures side by side, as many as the width allows.
    case images([Image])
    /// Many small pictures, each with a short line or two under it.
    case tiles(caption: String, [Tile])
    /// Names and values in two columns.
    case definitions([Definition])
    /// Lines for a shell.
    case command(String)
  }

  struct Definition: Sendable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Rows under column headings.
  struct Table: Sendable {
    struct Column: Sendable {
      var title: String
      /// Numbers stand to the right, under one another.
      var isNumeric: Bool

      init(_ title: String, isNumeric: Bool = true) {
        self.title = title
        self.isNumeric = isNumeric
      }
    }

    struct Cell: Sendable, ExpressibleByStringLiteral {
      var text: String
      /// The best of its column.
      var isEmphasized: Bool

      init(_ text: String, isEmphasized: Bool = false) {
        self.text = text
        self.isEmphasized = isEmphasized
      }

      init(stringLiteral text: String) { self.init(text) }
    }

    var caption: String = ""
    var columns: [Column]
    /// As many cells as columns in each row; the first column names the row.
    var rows: [[Cell]]
  }

  /// Every name against every other.
  struct Matrix: Sendable {
    struct Cell: Sendable {
      var text: String
      /// From −1, always lost, to 1, always won: the cell's shade.
      var balance: Double
      /// Told apart from the rest by a star.
      var isMarked: Bool
    }

    var names: [String]
    /// Row by row; the diagonal is not shown.
    var cells: [[Cell]]
  }

  /// A small picture in a row of many.
  struct Tile: Sendable {
    /// A PNG file in base 64.
    var png: String
    /// Under the picture.
    var lines: [String]
    /// A CSS colour for the frame.
    var color: String
    /// What it shows, for those who do not see it.
    var alternative: String
  }

  /// A picture kept inside the page.
  struct Image: Sendable {
    /// The bytes of a PNG file.
    var png: Data
    /// Its size in pixels.
    var width: Int
    var height: Int
    /// What it shows, for those who do not see it.
    var alternative: String
    var caption: String
    /// How many screen pixels a pixel takes at most; small pictures are enlarged without smoothing.
    var scale: Int = 1
    /// The width on the screen, where it is not the picture's own.
    var shownWidth: Int?
  }

  /// Every figure of the page that can be a file, in order.
  var figures: [any Figure] { sections.flatMap(\.blocks).flatMap(\.figures) }
}

extension Report.Block {
  fileprivate var figures: [any Figure] {
    switch self {
    case .chart(let figure, _): [figure]
    case .panels(let figures, _): figures
    case .details(_, let blocks): blocks.flatMap(\.figures)
    default: []
    }
  }
}
