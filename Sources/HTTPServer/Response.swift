import CMicroHTTPD
import Glibc

/// An answer, made once and sent to any number of clients without a copy.
///
/// The body lives until this object is gone *and* its last byte is sent to the last client.
package final class Response: Sendable {
    package let status: Status

    /// Length of the body in bytes.
    package let size: Int

    // libmicrohttpd's response. It counts references, and any thread may change them.
    private let address: UInt

    /// A body of more bytes is sent from where it is; smaller ones are faster when they are put together.
    private static let longestCopy = 1 << 20

    /// Bytes that go to the kernel at once then.
    private static let blockSize = 64 << 10

    /// An answer whose body is the chunks, one behind the other.
    ///
    /// Header names and values must be such as HTTP allows; `Content-Length` and `Date` are added to them.
    package init(_ status: Status, headers: [(name: String, value: String)] = [], body: [[UInt8]]) {
        self.status = status
        size = body.reduce(0) { $0 + $1.count }
        guard let response = unsafe Self.make(body, size: size) else { fatalError("out of memory") }
        for header in headers {
            let isAdded = unsafe MHD_add_response_header(response, header.name, header.value)
            precondition(isAdded == .YES, "HTTP does not allow this header: \(header.name)")
        }
        address = UInt(bitPattern: response)
    }

    /// An answer of plain text, which should end with a newline.
    package convenience init(
        _ status: Status, headers: [(name: String, value: String)] = [], text: String
    ) {
        let type = (name: "Content-Type", value: "text/plain; charset=utf-8")
        self.init(status, headers: [type] + headers, body: [Array(text.utf8)])
    }

    deinit { unsafe MHD_destroy_response(OpaquePointer(bitPattern: address)) }

    /// Sends it, after libmicrohttpd's callback has returned.
    func queue(on connection: OpaquePointer) -> MHD_Result {
        unsafe MHD_queue_response(connection, status.rawValue, OpaquePointer(bitPattern: address))
    }

    private static func make(_ body: [[UInt8]], size: Int) -> OpaquePointer? {
        guard size > 0 else { return unsafe MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT) }
        if size > longestCopy { return unsafe refer(to: body, size: size) }
        guard let buffer = unsafe malloc(size) else { return nil }
        var end = unsafe buffer
        for chunk in body {
            unsafe chunk.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe end.copyMemory(from: start, byteCount: bytes.count)
                unsafe end += bytes.count
            }
        }
        return unsafe MHD_create_response_from_buffer(size, buffer, .RESPMEM_MUST_FREE)
    }

    /// A response that copies from the chunks as it is sent, so that all pages that show them share them.
    private static func refer(to chunks: [[UInt8]], size: Int) -> OpaquePointer? {
        let held = unsafe Unmanaged.passRetained(HeldChunks(chunks))
        let response = unsafe MHD_create_response_from_callback(
            UInt64(size), blockSize, readChunks, held.toOpaque(), letGoOfChunks)
        if unsafe response == nil { unsafe held.release() }
        return unsafe response
    }
}
