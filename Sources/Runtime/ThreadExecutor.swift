import Dispatch
import Postgres
import Synchronization

/// Runs an actor's work on a thread of its own, which may block for as long as it likes.
final class ThreadExecutor: SerialExecutor {
    private let mailbox = Mailbox()

    init() {
        let mailbox = mailbox
        Thread.start {
            while let work = mailbox.next() { work() }
        }
    }

    deinit {
        mailbox.close()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedSerialExecutor()
        mailbox.put { unsafe job.runSynchronously(on: executor) }
    }

    /// Work on its way to the thread.
    private final class Mailbox: Sendable {
        private let letters = Mutex<[@Sendable () -> Void]>([])
        private let arrivals = DispatchSemaphore(value: 0)

        func put(_ work: @escaping @Sendable () -> Void) {
            letters.withLock { $0.append(work) }
            arrivals.signal()
        }

        /// Wakes the thread with nothing to do, which ends it.
        func close() {
            arrivals.signal()
        }

        func next() -> (@Sendable () -> Void)? {
            arrivals.wait()
            return letters.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }
    }
}
