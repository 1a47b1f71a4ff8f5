import Synchronization

/// When pages were asked for, for the phase guard.
package final class Scrapes: Sendable {
    /// Remembered at most, of each page; beyond that the oldest are forgotten.
    private static let longestMemory = 128

    /// By target; nil is the page of all targets.
    private let arrivals = Mutex<[String?: [Duration]]>([:])

    package init() {}

    /// Notes a request for a page.
    ///
    /// Only for targets that there are: each has its own memory.
    package func record(at time: Duration, of target: String?) {
        arrivals.withLock { arrivals in
            var times = arrivals.removeValue(forKey: target) ?? []
            if times.count >= Self.longestMemory { times.removeFirst(Self.longestMemory / 4) }
            times.append(time)
            arrivals[target] = times
        }
    }

    /// When pages that show this target were asked for.
    func arrivals(showing target: String) -> [Duration] {
        arrivals.withLock { ($0[nil] ?? []) + ($0[target] ?? []) }
    }
}
