import CLibPQ
import Glibc

/// libpq's connection object; it is closed when its one owner lets go of it.
@safe
struct Handle: ~Copyable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe PQfinish(pointer)
    }

    /// The descriptor to wait for; -1 where there is none.
    var socket: CInt { unsafe PQsocket(pointer) }

    var isBroken: Bool { unsafe (PQstatus(pointer) == CONNECTION_BAD) }

    /// libpq's latest complaint, which may have several lines.
    var message: String { unsafe String(cString: PQerrorMessage(pointer)) }

    /// What the kernel knows of the way to the server; nil for a Unix socket.
    var tcpState: tcp_info? {
        var info = tcp_info()
        var size = socklen_t(MemoryLayout<tcp_info>.size)
        let status = unsafe getsockopt(socket, CInt(IPPROTO_TCP), TCP_INFO, &info, &size)
        return status == 0 ? info : nil
    }

    /// Whether the server's host has left something that we sent unacknowledged, although it was sent again.
    var isUnheard: Bool { tcpState.map { $0.tcpi_unacked > 0 && $0.tcpi_retransmits > 0 } ?? false }
}
