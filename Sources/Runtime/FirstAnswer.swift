import Synchronization

/// What `work` answers; nil where that takes longer than `timeout`, or where the task that asks is cancelled.
///
/// Then `work` goes on unattended.
///
/// Only for work that nothing can interrupt, such as resolving a name.
func firstAnswer<Answer: Sendable>(
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
    private let waiting = Mutex<CheckedContinuation<Answer?, Never>?>(nil)

    func begin(_ continuation: CheckedContinuation<Answer?, Never>) {
        waiting.withLock { $0 = continuation }
    }

    func finish(_ answer: Answer?) {
        waiting.withLock { $0.take() }?.resume(returning: answer)
    }
}
