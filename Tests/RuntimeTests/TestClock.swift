import Synchronization

/// A clock that moves only when a test says so.
final class TestClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration = .zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct State {
        var now = Instant()
        var sleepers: [Int: (deadline: Instant, wake: CheckedContinuation<Void, any Error>)] = [:]
        var waiting: [(count: Int, resume: CheckedContinuation<Void, Never>)] = []
        var nextID = 0

        /// Takes out those whose number of sleepers has been reached.
        mutating func satisfied() -> [CheckedContinuation<Void, Never>] {
            let ready = waiting.filter { $0.count <= sleepers.count }.map(\.resume)
            waiting.removeAll { $0.count <= sleepers.count }
            return ready
        }
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock {
            $0.nextID += 1
            return $0.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                    state.sleepers[id] = (deadline, continuation)
                    return state.satisfied()
                }
                ready.forEach { $0.resume() }
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        state.withLock { $0.sleepers.removeValue(forKey: id) }?.wake.resume(throwing: CancellationError())
    }

    /// Suspends until `count` sleepers wait for this clock.
    func sleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.waiting.append((count, continuation))
                return state.satisfied()
            }
            ready.forEach { $0.resume() }
        }
    }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers.removeValue(forKey: id) }
            return due.values.map(\.wake)
        }
        due.forEach { $0.resume() }
    }

    func advance(to offset: Duration) {
        advance(by: offset - now.offset)
    }

    /// Moves to `end`, stopping wherever a sleeper is due; before each step all of `count` wait.
    func run(to end: Duration, sleepers count: Int) async {
        while true {
            await sleepers(count)
            guard let next = earliestDeadline, next <= end else { break }
            advance(to: max(next, now.offset))
        }
        advance(to: end)
    }

    private var earliestDeadline: Duration? {
        state.withLock { $0.sleepers.values.map(\.deadline.offset).min() }
    }
}
