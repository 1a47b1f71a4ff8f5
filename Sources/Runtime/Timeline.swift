/// Time as the schedule sees it: monotonic, from zero when the daemon starts.
package struct Timeline: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let sleepUntil: @Sendable (Duration) async throws -> Void

    /// Time that a clock tells; tests bring one that they move.
    package init<C: Clock & Sendable>(_ clock: C) where C.Duration == Duration {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        sleepUntil = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    package init() {
        self.init(ContinuousClock())
    }

    package var now: Duration { elapsed() }

    /// Returns at `time`, at once where it has passed; throws `CancellationError` in a cancelled task.
    package func sleep(until time: Duration) async throws {
        try await sleepUntil(time)
    }
}
