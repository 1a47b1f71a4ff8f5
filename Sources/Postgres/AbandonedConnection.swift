import CLibPQ
import Glibc

/// A connection that we use no more, but that the server may still count.
///
/// The server closes its end when its process is gone from its own views.
package final class AbandonedConnection {
    /// Another name of the connection's socket, which stays open when libpq has closed its own.
    private let descriptor: CInt

    /// Says goodbye on an idle connection.
    init(closing handle: consuming Handle) {
        descriptor = dup(handle.socket)
        _ = consume handle
    }

    /// Leaves a connection whose server is at work: it reads the end of it when its statement has ended.
    init(leaving handle: consuming Handle) {
        descriptor = dup(handle.socket)
        shutdown(descriptor, CInt(SHUT_WR))
        _ = consume handle
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Whether the server has closed its end, once all that it sent before is read and dropped.
    package var isOver: Bool {
        guard descriptor >= 0 else { return true }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, CInt(MSG_DONTWAIT))
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EINTR }
        }
    }

    /// Waits until it is over, or for so long.
    package func isOver(within patience: Duration) -> Bool {
        let deadline = Deadline.after(patience)
        while !isOver {
            if deadline.hasPassed { return false }
            var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waited, 1, deadline.remainingMilliseconds)
        }
        return true
    }
}
