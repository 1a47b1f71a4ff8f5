import CMicroHTTPD
import Glibc

// What libmicrohttpd calls, on the thread of a listening socket.

/// A request: once when its headers are in, for each part of its body, when it is complete, and when resumed.
///
/// We answer from the second call on, since libmicrohttpd closes a connection that is answered on the first.
@c(pgvigil_http_handle)
func handle(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ path: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?,
    _ upload: UnsafePointer<CChar>?,
    _ uploadSize: UnsafeMutablePointer<Int>?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context = unsafe context, let connection = unsafe connection, let path = unsafe path,
        let method = unsafe method, let uploadSize = unsafe uploadSize, let state = unsafe state
    else { return .NO }
    let responder = unsafe Unmanaged<Responder>.fromOpaque(context).takeUnretainedValue()
    guard let known = unsafe state.pointee else {
        unsafe state.pointee = Unmanaged.passRetained(Exchange()).toOpaque()  // Released when completed.
        return unsafe responder.begin(connection, method)
    }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
    if unsafe uploadSize.pointee > 0 { return unsafe responder.ignore(uploadSize, of: exchange) }
    return unsafe responder.end(exchange, connection, method, path)
}

/// The end of every request that `handle` has seen.
@c(pgvigil_http_completed)
func completed(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ reason: MHD_RequestTerminationCode
) {
    guard let context = unsafe context, let known = unsafe state?.pointee else { return }
    unsafe state?.pointee = nil
    let responder = unsafe Unmanaged<Responder>.fromOpaque(context).takeUnretainedValue()
    responder.finish(unsafe Unmanaged<Exchange>.fromOpaque(known).takeRetainedValue())
}

/// Decodes `%41` in place and returns the new length.
///
/// A decoded zero would end the text early for C, and `/metrics%00x` would be `/metrics`: it becomes another
/// control character, which `Request.read` refuses.
@c(pgvigil_http_unescape)
func unescape(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?
) -> Int {
    guard let text = unsafe text else { return 0 }
    let length = unsafe MHD_http_unescape(text)
    while unsafe strlen(text) < length { unsafe text[strlen(text)] = 1 }
    return length
}

/// The next part of a response's body, at most `room` bytes of it.
@c(pgvigil_http_read_chunks)
func readChunks(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?,
    _ room: Int
) -> Int {
    guard let context = unsafe context else { return -1 }
    let chunks = unsafe Unmanaged<HeldChunks>.fromOpaque(context).takeUnretainedValue()
    return unsafe chunks.copy(
        from: Int(position), to: UnsafeMutableRawBufferPointer(start: buffer, count: room))
}

/// The last reader of a response is done with it; any thread may find that out.
@c(pgvigil_http_let_go_of_chunks)
func letGoOfChunks(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<HeldChunks>.fromOpaque(context).release()
}
