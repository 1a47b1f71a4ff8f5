import Glibc

/// A connection that we use no more, but that the server may still count.
package final class AbandonedConnection {
    private let handle: Handle

    init(_ handle: consuming Handle) {
        self.handle = handle
        shutdown(self.handle.socket, CInt(SHUT_WR))  // What the server reads when its statement has ended.
    }

    /// Whether the server has closed its end, once all that it sent before is read and dropped.
    package var isOver: Bool {
        guard handle.socket >= 0 else { return true }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe recv(handle.socket, &chunk, chunk.count, CInt(MSG_DONTWAIT))
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EINTR }
        }
    }
}
