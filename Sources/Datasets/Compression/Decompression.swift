internal import CCompression
public import Tensor

/// How a file is packed.
public enum Compression: String, Sendable, Hashable, CaseIterable {
  /// Bytes as they are.
  case none
  /// RFC 1952, by zlib; several members are joined.
  case gzip
  /// The .xz format, by liblzma; several streams are joined.
  case xz
  /// The .bz2 format, by libbzip2; several streams are joined.
  case bzip2

  /// The packing that a file's name tells by its ending.
  init(path: String) {
    self = path.hasSuffix(".gz") ? .gzip : path.hasSuffix(".xz") ? .xz : path.hasSuffix(".bz2") ? .bzip2 : .none
  }

  /// The unpacked contents of the file at `path`, packed as its name's ending says. More than `limit` bytes are an
  /// error, so that a small file cannot fill the memory.
  static func read(_ path: String, limit: Int = Compression.limit) throws(FileFormatError) -> [UInt8] {
    try Compression(path: path).unpack(try FileBytes.read(path), file: path, limit: limit)
  }

  /// Unpacked files may be this large: 4 GiB.
  static let limit = 1 << 32

  /// The unpacked form of `bytes`; `file` is what errors call them.
  public func unpack(_ bytes: [UInt8], file: String) throws(FileFormatError) -> [UInt8] {
    try unpack(bytes, file: file, limit: Compression.limit)
  }

  func unpack(_ bytes: [UInt8], file: String, limit: Int) throws(FileFormatError) -> [UInt8] {
    switch self {
    case .none: bytes
    case .gzip: try unpack(bytes, by: GzipDecoder(), file: file, limit: limit)
    case .xz: try unpack(bytes, by: XZDecoder(), file: file, limit: limit)
    case .bzip2: try unpack(bytes, by: Bzip2Decoder(), file: file, limit: limit)
    }
  }

  /// What the bytes of the zlib format (RFC 1950) unpack to.
  static func unpackZlib(
    _ bytes: [UInt8], file: String, limit: Int = Compression.limit
  ) throws(FileFormatError) -> [UInt8] {
    try Compression.gzip.unpack(bytes, by: GzipDecoder(isBare: true), file: file, limit: limit)
  }

  private func unpack(
    _ bytes: [UInt8], by decoder: some StreamDecoder, file: String, limit: Int
  ) throws(FileFormatError) -> [UInt8] {
    var output: [UInt8] = []
    let outcome = bytes.withUnsafeBufferPointer { input in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 18) { chunk in
        decoder.decode(input, chunk: chunk) { part in
          guard part.count <= limit - output.count else { return false }
          output += part
          return true
        }
      }
    }
    switch outcome {
    case .complete: return output
    case .truncated: throw .truncated(file: file, offset: bytes.count, expected: 1, found: 0)
    case .full(let offset):
      throw .malformed(file: file, offset: offset, reason: "it unpacks to more than \(limit) bytes")
    case .malformed(let offset):
      throw .malformed(file: file, offset: offset, reason: "the \(rawValue) stream is damaged")
    case .noMemory: throw .unreadable(file: file, reason: "there is no memory to unpack it")
    }
  }
}

/// How decoding a stream ended; offsets are of the packed bytes.
enum DecodingOutcome {
  case complete, truncated, noMemory
  case full(Int), malformed(Int)
}

/// Unpacks a whole buffer, handing over the result in pieces.
protocol StreamDecoder {
  /// Calls `emit` with parts of the result, using `chunk` as scratch memory; stops if it returns false.
  func decode(
    _ input: UnsafeBufferPointer<UInt8>, chunk: UnsafeMutableBufferPointer<UInt8>,
    emit: (UnsafeBufferPointer<UInt8>) -> Bool
  ) -> DecodingOutcome
}
