import CZlib

/// Compression as HTTP's `gzip` content coding wants it (RFC 1952).
package enum Gzip {
    /// Fast rather than small: a page is compressed at most once, and read within seconds.
    private static let level: CInt = 1

    /// Compresses pieces as if they were one.
    ///
    /// Bytes in memory leave no way to fail but lack of memory, which ends the process.
    package static func compress(_ pieces: [[UInt8]]) -> [UInt8] {
        var stream = unsafe z_stream()
        let status = unsafe zlib_start_gzip(&stream, level)
        precondition(status == Z_OK, "no memory to compress a page")
        defer { unsafe _ = deflateEnd(&stream) }

        var compressed: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        for piece in pieces {
            unsafe piece.withUnsafeBufferPointer { bytes in
                unsafe stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                unsafe stream.avail_in = UInt32(bytes.count)
                unsafe drain(&stream, Z_NO_FLUSH, through: &chunk, into: &compressed)
            }
        }
        unsafe drain(&stream, Z_FINISH, through: &chunk, into: &compressed)
        return compressed
    }

    /// Runs deflate until it leaves room in the chunk: then it has taken all that it was given.
    private static func drain(
        _ stream: inout z_stream, _ flush: CInt, through chunk: inout [UInt8], into result: inout [UInt8]
    ) {
        var isFull = true
        while isFull {
            let produced = unsafe chunk.withUnsafeMutableBufferPointer { chunk in
                unsafe stream.next_out = chunk.baseAddress
                unsafe stream.avail_out = UInt32(chunk.count)
                unsafe _ = deflate(&stream, flush)
                return unsafe chunk.count - Int(stream.avail_out)
            }
            result += chunk[..<produced]
            isFull = produced == chunk.count
        }
    }
}
