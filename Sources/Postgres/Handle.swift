import CLibPQ

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
}
