internal import CCompression

/// At most this many bytes are shown to a library at once; their counters have 32 bits.
private let largestPiece = 1 << 30

/// By zlib: the gzip format, or the bare zlib format (RFC 1950).
struct GzipDecoder: StreamDecoder {
  /// Without a gzip header and trailer.
  var isBare = false

  func decode(
    _ input: UnsafeBufferPointer<UInt8>, chunk: UnsafeMutableBufferPointer<UInt8>,
    emit: (UnsafeBufferPointer<UInt8>) -> Bool
  ) -> DecodingOutcome {
    guard let start = input.baseAddress, let target = chunk.baseAddress else { return .truncated }
    var stream = z_stream()
    // 15 bits of window, and 16 says: a gzip header.
    guard inflateInit2_(&stream, isBare ? 15 : 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return .noMemory
    }
    defer { inflateEnd(&stream) }
    var offset = 0
    while true {
      let piece = Swift.min(input.count - offset, largestPiece)
      stream.next_in = UnsafeMutablePointer(mutating: start + offset)
      stream.avail_in = UInt32(piece)
      stream.next_out = target
      stream.avail_out = UInt32(chunk.count)
      let status = inflate(&stream, Z_NO_FLUSH)
      offset += piece - Int(stream.avail_in)
      let made = chunk.count - Int(stream.avail_out)
      guard emit(UnsafeBufferPointer(start: target, count: made)) else { return .full(offset) }
      switch status {
      case Z_STREAM_END:
        if offset == input.count { return .complete }
        // Another member must follow; anything else is damage.
        guard inflateReset(&stream) == Z_OK else { return .malformed(offset) }
      case Z_OK, Z_BUF_ERROR:
        if offset == input.count, made == 0 { return .truncated }
      case Z_MEM_ERROR: return .noMemory
      default: return .malformed(offset)
      }
    }
  }
}

struct XZDecoder: StreamDecoder {
  func decode(
    _ input: UnsafeBufferPointer<UInt8>, chunk: UnsafeMutableBufferPointer<UInt8>,
    emit: (UnsafeBufferPointer<UInt8>) -> Bool
  ) -> DecodingOutcome {
    guard let start = input.baseAddress, let target = chunk.baseAddress else { return .truncated }
    var stream = lzma_stream()
    // 1 GiB of memory is more than the strongest preset needs. 8 is LZMA_CONCATENATED.
    guard lzma_stream_decoder(&stream, 1 << 30, 8) == LZMA_OK else { return .noMemory }
    defer { lzma_end(&stream) }
    stream.next_in = start
    stream.avail_in = input.count
    while true {
      stream.next_out = target
      stream.avail_out = chunk.count
      let status = lzma_code(&stream, LZMA_FINISH)
      let offset = input.count - stream.avail_in
      let made = chunk.count - stream.avail_out
      guard emit(UnsafeBufferPointer(start: target, count: made)) else { return .full(offset) }
      switch status {
      case LZMA_STREAM_END: return offset == input.count ? .complete : .malformed(offset)
      case LZMA_OK: continue
      case LZMA_BUF_ERROR: return .truncated
      case LZMA_MEM_ERROR, LZMA_MEMLIMIT_ERROR: return .noMemory
      default: return .malformed(offset)
      }
    }
  }
}

struct Bzip2Decoder: StreamDecoder {
  func decode(
    _ input: UnsafeBufferPointer<UInt8>, chunk: UnsafeMutableBufferPointer<UInt8>,
    emit: (UnsafeBufferPointer<UInt8>) -> Bool
  ) -> DecodingOutcome {
    guard let start = input.baseAddress, let target = chunk.baseAddress else { return .truncated }
    var offset = 0
    // One turn per stream.
    repeat {
      var stream = bz_stream()
      guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { return .noMemory }
      defer { BZ2_bzDecompressEnd(&stream) }
      var isInside = true
      while isInside {
        let piece = Swift.min(input.count - offset, largestPiece)
        stream.next_in = UnsafeMutableRawPointer(mutating: start + offset).assumingMemoryBound(to: CChar.self)
        stream.avail_in = UInt32(piece)
        stream.next_out = UnsafeMutableRawPointer(target).assumingMemoryBound(to: CChar.self)
        stream.avail_out = UInt32(chunk.count)
        let status = BZ2_bzDecompress(&stream)
        offset += piece - Int(stream.avail_in)
        let made = chunk.count - Int(stream.avail_out)
        guard emit(UnsafeBufferPointer(start: target, count: made)) else { return .full(offset) }
        switch status {
        case BZ_STREAM_END: isInside = false
        case BZ_OK: if offset == input.count, made == 0 { return .truncated }
        case BZ_MEM_ERROR: return .noMemory
        default: return .malformed(offset)
        }
      }
    } while offset < input.count
    return .complete
  }
}
