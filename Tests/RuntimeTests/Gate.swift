import Synchronization

/// Holds one task up until a test opens it.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var held: CheckedContinuation<Void, Never>?
        var watcher: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let (isOpen, watcher) = state.withLock { state in
                if !state.isOpen { state.held = continuation }
                return (state.isOpen, state.watcher.take())
            }
            if isOpen { continuation.resume() }
            watcher?.resume()
        }
    }

    /// Suspends until a task waits.
    func waiter() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.held == nil { state.watcher = continuation }
                return state.held != nil
            }
            if isThere { continuation.resume() }
        }
    }

    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            return state.held.take()
        }
        held?.resume()
    }
}
