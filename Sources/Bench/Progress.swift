import Synchronization

/// How far a run has come, for whoever draws a bar.
package final class Progress: Sendable {
    package struct State: Sendable, Equatable {
        package var phase: String
        package var began: ContinuousClock.Instant
        package var done = 0
        /// nil where nobody knows.
        package var total: Int?

        package init(phase: String, began: ContinuousClock.Instant, done: Int = 0, total: Int? = nil) {
            self.phase = phase
            self.began = began
            self.done = done
            self.total = total
        }
    }

    private let state: Mutex<State?> = Mutex(nil)

    package init() {}

    /// nil before the first phase.
    package var current: State? { state.withLock { $0 } }

    func begin(_ phase: String, of total: Int? = nil) {
        state.withLock { $0 = State(phase: phase, began: .now, total: total) }
    }

    /// Goes on to another part of the same whole.
    func name(_ phase: String) {
        state.withLock { $0?.phase = phase }
    }

    func advance(by count: Int = 1) {
        state.withLock { $0?.done += count }
    }
}
