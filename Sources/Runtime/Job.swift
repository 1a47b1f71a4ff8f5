package import Postgres

/// Something that a target's polls ask again and again.
package struct Job: Sendable {
    package typealias Run =
        @Sendable (inout Connection, ServerState, Deadline) throws(JobFailure) -> Findings

    package let name: String
    /// The time between two runs; nil for every poll.
    package let interval: Duration?
    package let run: Run

    package init(_ name: String, every interval: Duration? = nil, run: @escaping Run) {
        self.name = name
        self.interval = interval
        self.run = run
    }
}
