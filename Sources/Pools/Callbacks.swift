import CCurl

// What libcurl calls, on the thread that sends the request. Another count than that of the bytes ends it.

@c(pgvigil_curl_take_body)
func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let incoming = unsafe Unmanaged<Incoming>.fromOpaque(context).takeUnretainedValue()
    let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe incoming.take(body: part) ? size * count : 0
}

@c(pgvigil_curl_take_header)
func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let incoming = unsafe Unmanaged<Incoming>.fromOpaque(context).takeUnretainedValue()
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe incoming.take(header: line) ? size * count : 0
}

/// About once a second, also while nothing comes; anything but 0 ends the transfer.
@c(pgvigil_curl_go_on)
func goOn(
    _ context: UnsafeMutableRawPointer?, _ bodySize: curl_off_t, _ bodyNow: curl_off_t,
    _ uploadSize: curl_off_t, _ uploadNow: curl_off_t
) -> CInt {
    guard let context = unsafe context else { return 1 }
    return unsafe Unmanaged<Incoming>.fromOpaque(context).takeUnretainedValue().isWanted ? 0 : 1
}
