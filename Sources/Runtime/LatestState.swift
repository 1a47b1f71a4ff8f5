import Postgres
import Synchronization

/// What a target's server said of itself in the latest poll that it answered.
final class LatestState: Sendable {
    private let state = Mutex<ServerState?>(nil)

    var value: ServerState? { state.withLock { $0 } }

    func set(_ new: ServerState) {
        state.withLock { $0 = new }
    }
}
