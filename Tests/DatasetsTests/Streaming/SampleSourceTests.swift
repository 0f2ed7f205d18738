internal import Tensor
import Testing

@testable internal import Datasets

@Suite struct IDXSamplesTests {
  private let content = bigEndian(0x803, 5, 2, 3) + (0..<30).map { UInt8($0 * 8) }

  @Test("images are those of the whole file")
  func reads() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(content, to: "\(folder)/i")
      let whole = try IDX.images("\(folder)/i")
      let samples = try IDXSamples("\(folder)/i")
      #expect(samples.count == 5 && samples.sampleShape == [2, 3, 1])
      for first in 0...5 {
        for end in first...5 {
          #expect(try samples.samples(first..<end).scalars == whole.tensor(of: first..<end).scalars)
        }
      }
    }
  }

  @Test("a file of another length, or a packed one, is refused")
  func refuses() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/i"
      try AtomicFile.write(Array(content.dropLast(4)), to: path)
      #expect(throws: FileFormatError.truncated(file: path, offset: 16, expected: 30, found: 26)) {
        try IDXSamples(path)
      }
      try AtomicFile.write(content + [1], to: path)
      #expect(throws: FileFormatError.self) { try IDXSamples(path) }
      try AtomicFile.write([0x1F, 0x8B] + content, to: path)
      let error = failure(FileFormatError.self) { _ = try IDXSamples(path) }
      #expect(error?.description.contains("unpack it first") == true)
      try AtomicFile.write([0, 0, 8], to: path)
      #expect(throws: FileFormatError.self) { try IDXSamples(path) }
    }
  }
}

@Suite struct CIFARSamplesTests {
  private func records(_ count: Int, from first: Int) -> [UInt8] {
    (first..<first + count).flatMap { index in
      [UInt8(index % 10)] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 * 7 + index) }
    }
  }

  @Test("images of several files follow each other")
  func reads() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(records(3, from: 0), to: "\(folder)/1")
      try AtomicFile.write(records(2, from: 3), to: "\(folder)/2")
      try AtomicFile.write(records(5, from: 0), to: "\(folder)/all")
      let whole = try CIFARBinary.read("\(folder)/all").images
      let samples = try CIFARSamples(["\(folder)/1", "\(folder)/2"])
      #expect(samples.count == 5)
      for range in [0..<5, 0..<3, 2..<4, 3..<5, 4..<5, 2..<2] {
        let part = try samples.samples(range)
        #expect(part.shape == [range.count, 32, 32, 3])
        #expect(part.scalars == whole.tensor(of: range).scalars)
      }
    }
  }

  @Test("an error names the file and the byte in it")
  func refuses() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/1"
      var bytes = records(4, from: 0)
      bytes[2 * 3073] = 77
      try AtomicFile.write(bytes, to: path)
      let samples = try CIFARSamples([path])
      #expect(try samples.samples(0..<2).shape == [2, 32, 32, 3])
      #expect(
        throws: FileFormatError.malformed(
          file: path, offset: 2 * 3073, reason: "the label is 77, but there are 10 classes")
      ) { try samples.samples(1..<4) }
      try AtomicFile.write(Array(bytes.dropLast(10)), to: path)
      #expect(throws: FileFormatError.truncated(file: path, offset: 3 * 3073, expected: 3073, found: 3063)) {
        try CIFARSamples([path])
      }
    }
  }
}

@Suite struct ImageFolderSamplesTests {
  private func picture(height: Int, width: Int, channels: Int, value: Int) -> [UInt8] {
    let pixels = (0..<height * width * channels).map { UInt8(truncatingIfNeeded: value + $0 * 3) }
    return PNG.encode(width: width, height: height, channels: channels, pixels)
  }

  @Test("pictures are those of the whole folder")
  func reads() throws {
    try withTemporaryFolder { folder in
      let places = ["b/2.png", "a/1.png", "b/1.png"]
      try ImageFolderTests.write(
        folder,
        places.enumerated().map { ($1, picture(height: 3, width: 4, channels: 3, value: $0 * 40)) })
      for options in [ImageFolder.Options(), .init(size: (2, 2)), .init(channels: 1)] {
        let whole = try ImageFolder.read(folder, options: options)
        let samples = try ImageFolderSamples(folder, options: options)
        #expect(samples.count == 3 && samples.labels == [0, 1, 1] && samples.classNames == ["a", "b"])
        #expect(samples.labels == whole.labels && samples.imageShape == whole.imageShape)
        for range in [0..<3, 0..<1, 1..<3] {
          #expect(try samples.samples(range).scalars == whole.images(range).scalars)
        }
      }
    }
  }

  @Test("pictures that are not alike are an error when they are read")
  func refuses() throws {
    try withTemporaryFolder { folder in
      #expect(throws: FileFormatError.self) { try ImageFolderSamples(folder) }
      try ImageFolderTests.write(
        folder,
        [
          ("a/1.png", picture(height: 3, width: 4, channels: 1, value: 0)),
          ("a/2.png", picture(height: 3, width: 5, channels: 1, value: 0)),
          ("a/3.png", picture(height: 3, width: 4, channels: 3, value: 0)),
        ])
      let samples = try ImageFolderSamples(folder)
      #expect(try samples.samples(0..<1).shape == [1, 3, 4, 1])
      let size = failure(FileFormatError.self) { _ = try samples.samples(0..<2) }
      #expect(size?.description.contains("no common size is given") == true)
      let colour = failure(FileFormatError.self) { _ = try samples.samples(2..<3) }
      #expect(colour?.description.contains("the picture is coloured") == true)
      #expect(try ImageFolderSamples(folder, options: .init(size: (3, 4), channels: 3)).samples(0..<3).shape[0] == 3)
    }
  }
}
