import CLibPQ
import Glibc
import Synchronization

/// Ends every wait that watches it, from any thread, once and for good.
package final class Interrupt: Sendable {
    /// Readable from `fire()` on.
    let descriptor: CInt
    private let fired = Atomic(false)

    /// Where the process has no descriptor left, the interrupt never fires.
    package init() {
        descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    deinit {
        _ = close(descriptor)
    }

    package var hasFired: Bool { fired.load(ordering: .acquiring) }

    package func fire() {
        fired.store(true, ordering: .releasing)
        _ = eventfd_write(descriptor, 1)
    }
}

/// Waits until `descriptor` is ready for `events` of poll(2).
///
/// Throws `.timedOut` at the deadline and `.interrupted` as soon as the interrupt fires.
func wait(
    for events: CInt, on descriptor: CInt, by deadline: Deadline, unless interrupt: Interrupt
) throws(PostgresError) {
    var descriptors = [
        pollfd(fd: descriptor, events: Int16(events), revents: 0),
        pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
        let ready = unsafe poll(&descriptors, 2, deadline.remainingMilliseconds)
        if descriptors[1].revents != 0 { throw .interrupted }
        if ready > 0 { return }
        if ready == 0 { throw .timedOut }
        if errno != EINTR { throw .connectionLost("waiting for the server failed: \(errorText(errno))") }
    }
}

/// The system's words for an error number.
func errorText(_ number: CInt) -> String {
    unsafe String(cString: strerror(number))
}
