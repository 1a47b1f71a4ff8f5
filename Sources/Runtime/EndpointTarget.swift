package import Exposition
package import Logging
import Synchronization

/// A target without connections: something that is asked from a thread of its own, and what it answers.
package final class EndpointTarget<Answer: Sendable>: Sendable {
    /// How to ask; it may block for about as long as `timeout`.
    package struct Questions: Sendable {
        let timeout: Duration
        let ask: @Sendable () -> Answer
        /// What follows from an answer; from none where asking did not end in time.
        let conclude: @Sendable (Answer?, _ duration: Duration) -> EndpointReport
        /// Ends `ask`, now and later.
        let interrupt: @Sendable () -> Void

        package init(
            timeout: Duration, ask: @escaping @Sendable () -> Answer,
            conclude: @escaping @Sendable (Answer?, _ duration: Duration) -> EndpointReport,
            interrupt: @escaping @Sendable () -> Void
        ) {
            self.timeout = timeout
            self.ask = ask
            self.conclude = conclude
            self.interrupt = interrupt
        }
    }

    private struct State {
        var record: PollRecord
        var worker = Worker()
        var isStopped = false
        var isUp: Bool?
        var reasonDown: String?
    }

    package let name: String
    package let interval: Duration
    /// In front of every sample's own labels.
    package let labels: Labels
    private let questions: Questions
    private let registry: Registry
    private let timeline: Timeline
    private let log: FailureLog
    /// It may be stuck when the target is gone.
    package let thread: EndpointThread
    private let state: Mutex<State>

    package init(
        _ name: String, labels: Labels, interval: Duration, _ questions: Questions,
        on thread: EndpointThread = EndpointThread(), registry: Registry, timeline: Timeline, log: Logger
    ) {
        self.thread = thread
        self.name = name
        self.interval = interval
        self.labels = (["server": name] as Labels).followed(by: labels)
        self.questions = questions
        self.registry = registry
        self.timeline = timeline
        self.log = FailureLog(log, target: name)
        state = Mutex(State(record: PollRecord(interval: interval)))
    }

    package var record: PollRecord {
        state.withLock { state in
            var record = state.record
            record.stuckThreads = state.worker.isStuck ? 1 : 0
            return record
        }
    }

    /// nil before the first poll has ended.
    package var isUp: Bool? { state.withLock { $0.isUp } }

    /// Why the latest poll failed, in a word; nil where it did not.
    package var reasonDown: String? { state.withLock { $0.reasonDown } }

    /// Asks, and puts up what was answered.
    ///
    /// Returns a little after the timeout, whatever the thread does that asks. Where it is still stuck in an
    /// earlier poll, nothing is asked: the poll has failed.
    package func poll() async {
        guard state.withLock({ $0.worker.begin() }) else {
            state.withLock { $0.record.skips += 1 }
            conclude(nil, after: .zero)
            return
        }
        let started = ContinuousClock.now
        let answer = await firstAnswer(within: questions.timeout + .milliseconds(500)) { [self] in
            let answer = await thread.run(questions.ask)
            state.withLock { $0.worker.end() }
            return answer
        }
        if answer == nil, Task.isCancelled { return }  // Nobody waits for it any more.
        let duration = ContinuousClock.now - started
        state.withLock { state in
            state.record.polls += 1
            state.record.pollDuration = duration
            state.record.overruns += answer == nil || duration >= questions.timeout ? 1 : 0
        }
        conclude(answer, after: duration)
    }

    /// Counts ticks at which no poll could begin.
    package func skip(_ ticks: Int) {
        state.withLock { $0.record.skips += ticks }
    }

    /// Ends what is under way, and shows nothing more.
    package func stop() {
        state.withLock { state in
            state.isStopped = true
            registry.remove(name)
        }
        questions.interrupt()
    }

    // MARK: -

    /// Under the lock, so that nothing is put up for a target that has just been removed.
    private func conclude(_ answer: Answer?, after duration: Duration) {
        let report = questions.conclude(answer, duration)
        let found = report.families.map { RenderedFamily($0, of: labels) }
        let reading = report.ofReading.map { RenderedFamily($0, of: labels) }
        let isPublished = state.withLock { state in
            guard !state.isStopped else { return false }
            state.isUp = report.failure == nil
            state.reasonDown = report.failure?.reason
            registry.apply(
                [
                    report.failure == nil
                        ? .publish(found, job: "endpoint", end: timeline.now + interval * 3)
                        : .withdraw(job: "endpoint"),
                    .publish(reading, job: "(reading)", end: .seconds(Int64.max)),
                ], to: name)
            return true
        }
        guard isPublished else { return }
        registry.expire(at: timeline.now)
        log.report(report.failure)
    }
}
