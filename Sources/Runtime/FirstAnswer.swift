import Synchronization

/// What `work` answers; nil where that takes longer than `timeout`, or where the task that asks is cancelled.
///
/// Then `work` goes on unattended.
///
/// Only for work that nothing can interrupt, such as resolving a name.
package func firstAnswer<Answer: Sendable>(
    within timeout: Duration, _ work: @escaping @Sendable () async -> Answer
) async -> Answer? {
    let race = Race<Answer>()
    return await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            race.begin(continuation)
            let timer = Task {
                guard (try? await Task.sleep(for: timeout)) != nil else { return }
                race.finish(nil)
            }
            Task {
                race.finish(await work())
                timer.cancel()
            }
            if Task.isCancelled { race.finish(nil) }
        }
    } onCancel: {
        race.finish(nil)
    }
}

/// Resumes a continuation once, for whoever comes first.
private final class Race<Answer: Sendable>: Sendable {
    private enum State {
        case notBegun
        case waiting(CheckedContinuation<Answer?, Never>)
        case over
    }

    private let state = Mutex(State.notBegun)

    /// A race that was over before it began, since the task had been cancelled, has no answer.
    func begin(_ continuation: CheckedContinuation<Answer?, Never>) {
        let isOver = state.withLock { state in
            guard case .notBegun = state else { return true }
            state = .waiting(continuation)
            return false
        }
        if isOver { continuation.resume(returning: nil) }
    }

    func finish(_ answer: Answer?) {
        let waiting = state.withLock { state -> CheckedContinuation<Answer?, Never>? in
            defer { state = .over }
            guard case .waiting(let continuation) = state else { return nil }
            return continuation
        }
        waiting?.resume(returning: answer)
    }
}
