import CZlib

/// What a gzip stream holds; nil where it is none or longer than `limit`.
func gunzip(_ compressed: [UInt8], limit: Int = 1 << 20) -> [UInt8]? {
    var stream = unsafe z_stream()
    let framing = MAX_WBITS + 16  // gzip's own.
    guard unsafe inflateInit2_(&stream, framing, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK
    else {
        return nil
    }
    defer { unsafe _ = inflateEnd(&stream) }
    var (input, output) = (compressed, [UInt8](repeating: 0, count: limit))
    let (status, count) = unsafe input.withUnsafeMutableBufferPointer { input in
        unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe stream.next_in = input.baseAddress
            unsafe stream.avail_in = UInt32(input.count)
            unsafe stream.next_out = output.baseAddress
            unsafe stream.avail_out = UInt32(output.count)
            return unsafe (inflate(&stream, Z_FINISH), Int(stream.total_out))
        }
    }
    return status == Z_STREAM_END ? Array(output[..<count]) : nil
}
