import CLibPQ
import Dispatch

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
    /// Has a signal while no cancelling is under way.
    private let turn = DispatchSemaphore(value: 0)

    package init() {
        turn.signal()  // A semaphore that begins with more than it ends with may not be let go of.
    }

    /// Begins to cancel, and waits for the server's answer for at most `patience`.
    ///
    /// While an earlier one is still waiting for the server, that is waited for too: statements of several
    /// sessions may have to end at once. Where it takes longer, nothing is sent: the server is not answering.
    package func cancel(_ key: CancelKey, patience: Duration) {
        let end = DispatchTime.now() + .milliseconds(Int(patience / .milliseconds(1)))
        guard turn.wait(timeout: end) == .success else { return }
        let sent = DispatchSemaphore(value: 0)
        Thread.start {
            key.send()
            self.turn.signal()
            sent.signal()
        }
        _ = sent.wait(timeout: end)
    }
}
