/// When a probe runs.
package struct ProbeSchedule: Sendable, Equatable {
    package var interval = Duration.seconds(15)
    package var timeout = Duration.seconds(5)
    /// Every how many ticks a fresh session is used besides; 0 for never.
    package var coldEvery = 40

    package init() {}
}
