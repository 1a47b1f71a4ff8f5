import Exposition
package import Postgres

/// Something that a target's polls ask again and again.
package struct Job: Sendable {
    package typealias Run =
        @Sendable (inout Connection, ServerState, Deadline) throws(JobFailure) -> Findings

    package let name: String
    /// The time between two runs; nil for every poll.
    package let interval: Duration?
    /// Where a tour takes it; nil for the databases that the settings choose for all jobs.
    package let databases: DatabaseChoice?
    /// Whether it gets only the time that the others of its poll leave.
    package let comesLast: Bool
    package let run: Run

    package init(
        _ name: String, every interval: Duration? = nil, in databases: DatabaseChoice? = nil,
        comesLast: Bool = false, run: @escaping Run
    ) {
        self.name = name
        self.interval = interval
        self.databases = databases
        self.comesLast = comesLast
        self.run = run
    }
}

extension Job {
    /// Runs it, twice where the first run met a recovery conflict, which passes by itself.
    func outcome(
        on connection: inout Connection, _ state: ServerState, by deadline: Deadline, of target: Labels
    ) -> PollReport.Outcome {
        let started = ContinuousClock.now
        var result = attempt(on: &connection, state, by: deadline)
        if case .failure(let failure) = result, failure.reason == .recoveryConflict {
            result = attempt(on: &connection, state, by: deadline)
        }
        let rendered = result.map { PollReport.Rendered($0, of: target) }
        return PollReport.Outcome(job: name, result: rendered, duration: .now - started)
    }

    private func attempt(on connection: inout Connection, _ state: ServerState, by deadline: Deadline)
        -> Result<Findings, JobFailure>
    {
        guard connection.isReusable else {
            return .failure(JobFailure(.connection, "the connection is lost"))
        }
        return Result { () throws(JobFailure) in try run(&connection, state, deadline) }
    }
}
