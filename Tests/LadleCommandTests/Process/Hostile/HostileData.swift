import Foundation
import Tensor

/// Data sets of a few images, in their original formats.
struct HostileData {
  /// What `--data` names.
  let path: String

  init(_ path: String) throws {
    self.path = path
    var random = RandomSource(seed: 8).stream("hostile data")
    // A digit is bright where its class says, with a little noise elsewhere.
    for (part, count) in [("train", 120), ("t10k", 60)] {
      var labels: [UInt8] = []
      var images: [UInt8] = []
      for index in 0..<count {
        labels.append(UInt8(index % 10))
        for pixel in 0..<784 {
          let place = (pixel % 28) / 3 + pixel / 112
          images.append(place % 10 == index % 10 ? 200 : UInt8(random.integer(below: 40)))
        }
      }
      try write(Self.bigEndian(0x803, count, 28, 28) + images, to: "mnist/\(part)-images-idx3-ubyte")
      try write(Self.bigEndian(0x801, count) + labels, to: "mnist/\(part)-labels-idx1-ubyte")
    }
    for (part, count) in [("tra", 120), ("tes", 60)] {
      var text = ""
      for index in 0..<count {
        for pixel in 0..<64 {
          let value = pixel % 10 == index % 10 ? 16 : random.integer(below: 4)
          text += "\(value),"
        }
        text += "\(index % 10)\n"
      }
      try write(Array(text.utf8), to: "optdigits/optdigits.\(part)")
    }
    for (part, count) in [("train", 120), ("test", 60)] {
      var text = ""
      for index in 0..<count {
        text += "\(index % 10).0000 "
        for pixel in 0..<256 {
          text += pixel % 10 == index % 10 ? "1.0000 " : "-0.\(random.integer(below: 10))000 "
        }
        text += "\n"
      }
      try write(Array(text.utf8), to: "usps/zip.\(part)")
    }
  }

  private static func bigEndian(_ numbers: Int...) -> [UInt8] {
    numbers.flatMap { number in
      [UInt8(number >> 24 & 255), UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
    }
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    let file = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}
