import CLibPQ
import Dispatch
import Synchronization

/// What it takes to cancel one statement: the server's address and its secret for this session.
@safe
package final class CancelKey: Sendable {
    private let pointer: UInt

    init(owning pointer: OpaquePointer) {
        self.pointer = UInt(bitPattern: pointer)
    }

    deinit {
        unsafe PQfreeCancel(OpaquePointer(bitPattern: pointer))
    }

    /// Asks the server to cancel, on a connection of its own; blocks until the server has closed that.
    fileprivate func send() {
        var problem = [CChar](repeating: 0, count: 256)
        unsafe _ = PQcancel(OpaquePointer(bitPattern: pointer), &problem, CInt(problem.count))
    }
}

/// Cancels statements of one target, one at a time, on a thread of its own.
///
/// `PQcancel` of libpq 15 knows no deadline.
package final class Canceller: Sendable {
    private let isBusy = Atomic(false)

    package init() {}

    /// Begins to cancel, and waits for the server's answer for at most `patience`.
    ///
    /// While an earlier one is still waiting for the server, nothing is sent: the server is not answering.
    package func cancel(_ key: CancelKey, patience: Duration) {
        guard isBusy.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            return
        }
        let sent = DispatchSemaphore(value: 0)
        Thread.start {
            key.send()
            self.isBusy.store(false, ordering: .relaxed)
            sent.signal()
        }
        _ = sent.wait(timeout: .now() + .milliseconds(Int(patience / .milliseconds(1))))
    }
}
