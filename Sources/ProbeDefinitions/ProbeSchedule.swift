/// When a probe runs.
package struct ProbeSchedule: Sendable, Equatable {
    package var interval: Duration
    package var timeout: Duration
    /// Every how many ticks a fresh session is used besides; 0 for never.
    package var coldEvery: Int

    package init(
        interval: Duration = .seconds(15), timeout: Duration = .seconds(5), coldEvery: Int = 40
    ) {
        self.interval = interval
        self.timeout = timeout
        self.coldEvery = coldEvery
    }
}
