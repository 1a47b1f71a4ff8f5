import Synchronization

/// When pages were asked for, for the phase guard.
package final class Scrapes: Sendable {
    /// Remembered at most; beyond that the oldest are forgotten.
    private static let longestMemory = 256

    private struct Arrival {
        let time: Duration
        /// nil for the page of all targets.
        let target: String?
    }

    private let arrivals = Mutex<[Arrival]>([])

    package init() {}

    package func record(at time: Duration, of target: String?) {
        arrivals.withLock { arrivals in
            if arrivals.count >= Self.longestMemory { arrivals.removeFirst(Self.longestMemory / 4) }
            arrivals.append(Arrival(time: time, target: target))
        }
    }

    /// When pages that show this target were asked for.
    func arrivals(showing target: String) -> [Duration] {
        arrivals.withLock { arrivals in
            arrivals.filter { $0.target == nil || $0.target == target }.map(\.time)
        }
    }
}
