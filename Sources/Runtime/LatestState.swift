import Postgres
import Synchronization

/// What a target's server said of itself in the latest poll, and whether other sessions are with another one.
package final class LatestState: Sendable {
    private struct State {
        var server: ServerState?
        /// When the server was started that a session last met, by the session's name.
        var met: [String: Double] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// nil where the latest poll had no answer, or there was none yet.
    var value: ServerState? { state.withLock { $0.server } }

    func set(_ new: ServerState) {
        state.withLock { state in
            // What others met before is of the past: they will say whom they meet now.
            if state.server?.startTime != new.startTime { state.met = [:] }
            state.server = new
        }
    }

    func forget() {
        state.withLock { $0 = State() }
    }

    /// Notes whom a session has met; false where that is another server than the one that is polled.
    func agrees(_ server: ServerState, met session: String) -> Bool {
        state.withLock { state in
            guard let polled = state.server else { return true }
            state.met[session] = server.startTime
            return server.startTime == polled.startTime
        }
    }

    /// Whether a session last met another server than the one that is polled.
    var hasConflict: Bool {
        state.withLock { state in state.met.values.contains { $0 != state.server?.startTime } }
    }
}
