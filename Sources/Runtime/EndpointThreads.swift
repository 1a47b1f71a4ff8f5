import Synchronization

/// Threads on which targets that are gone may still be stuck, by what they asked.
///
/// Who asks the same again gets in line on that thread: there is never a second one stuck in the same place.
package final class EndpointThreads: Sendable {
    private struct Left {
        let endpoint: String
        /// Nil once its work has ended, for that alone has kept it.
        weak var thread: EndpointThread?
    }

    private let left = Mutex<[Left]>([])

    package init() {}

    /// The thread for a target that asks this endpoint: one that was left, or a new one.
    package func thread(for endpoint: String) -> EndpointThread {
        left.withLock { left in
            left.removeAll { $0.thread == nil }
            guard let position = left.firstIndex(where: { $0.endpoint == endpoint }) else {
                return EndpointThread()
            }
            return left.remove(at: position).thread ?? EndpointThread()
        }
    }

    /// Remembers the thread of a target that is gone, for as long as it is at work.
    package func leave(_ thread: EndpointThread, of endpoint: String) {
        left.withLock { $0.append(Left(endpoint: endpoint, thread: thread)) }
    }
}
