/// How often a target was polled, and how that went.
package struct PollRecord: Sendable, Equatable {
    package internal(set) var polls = 0
    package internal(set) var skips = 0
    package internal(set) var overruns = 0
    /// Of the latest poll; nil before the first has ended.
    package internal(set) var pollDuration: Duration?
    package let interval: Duration
    /// Threads that still work on something that we have given up on.
    package internal(set) var stuckThreads = 0
}

extension TargetHistory {
    package var pollRecord: PollRecord {
        PollRecord(
            polls: polls, skips: skips, overruns: overruns, pollDuration: pollDuration, interval: interval,
            stuckThreads: stuckThreads)
    }
}
