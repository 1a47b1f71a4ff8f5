package import Exposition
package import Postgres

/// What has become of a target's polls, and what follows from that for what is on the page.
package struct TargetHistory: Sendable {
    package private(set) var polls = 0
    package internal(set) var skips = 0
    package private(set) var overruns = 0
    /// Of the latest poll; nil before the first has ended.
    package private(set) var pollDuration: Duration?
    package let interval: Duration
    private let kind: ServerKind
    /// Of a pooler; nil while it does not answer.
    private var release: String?
    package private(set) var connects = 0
    package private(set) var statements = 0
    package private(set) var databaseTime = Duration.zero
    package internal(set) var jobs: [JobRecord]
    /// nil before the first poll has ended.
    package private(set) var isUp: Bool?
    /// Why the latest poll had no answer, in a word; nil where it had.
    package private(set) var reasonDown: String?

    /// Whether a session is with another server than the one that is polled.
    package internal(set) var hasIdentityConflict = false

    /// The threads that poll and visit.
    var poller = Worker()
    var visitor = Worker()
    /// Whether the target is watched no more; what ends after that is of no interest.
    var isStopped = false
    private var pollsSinceConnect = 0
    private var connectFailures: [ConnectFailure: Int] = [:]
    private var clockOffset: Double?

    init(_ jobs: [Job], of kind: ServerKind = .postgres, interval: Duration) {
        self.kind = kind
        self.interval = interval
        var rareJobs = 0
        self.jobs = jobs.map { job in
            rareJobs += job.interval == nil ? 0 : 1
            return JobRecord(job, of: interval, number: rareJobs)
        }
    }

    // MARK: - Polls

    /// False where the thread of an earlier poll is still stuck.
    mutating func beginPoll() -> Bool {
        guard poller.begin() else {
            skips += 1
            return false
        }
        return true
    }

    mutating func endPoll(after duration: Duration, overran: Bool) {
        polls += 1
        pollDuration = duration
        overruns += overran ? 1 : 0
    }

    /// Threads that still work on something that we have given up on.
    package var stuckThreads: Int { [poller, visitor].filter(\.isStuck).count }

    /// The positions of the jobs that are to run now, in their order.
    ///
    /// What ran out of time comes last, what took most of it at the very end: it takes none of the others'.
    mutating func dueJobs(at time: Duration, isNewConnection: Bool) -> [Int] {
        if isNewConnection {
            pollsSinceConnect = 0
            for index in jobs.indices { jobs[index].wake() }
        }
        defer { pollsSinceConnect += 1 }
        let due = jobs.indices.filter {
            jobs[$0].cadence.isDue(poll: pollsSinceConnect) && !jobs[$0].isResting(at: time)
        }
        return due.enumerated().sorted { one, other in
            let (mine, theirs) = (jobs[one.element].turn, jobs[other.element].turn)
            return mine == theirs ? one.offset < other.offset : mine < theirs
        }.map(\.element)
    }

    /// Notes how a poll went and says what is to change on the page.
    mutating func conclude(_ report: PollReport, at time: Duration, wallClock: Double, target: Labels)
        -> [Registry.Change]
    {
        isUp = report.failure == nil
        reasonDown = report.failure?.reason
        clockOffset = report.clockOffset
        release = report.release
        connects += report.isNewConnection ? 1 : 0
        statements += report.usage.statements
        databaseTime += report.usage.databaseTime
        var changes: [Registry.Change] = []
        if let failure = report.failure {
            note(failure)
            for index in jobs.indices { jobs[index].noteServerDown() }
            changes.append(.withdrawAll(but: [Self.connectionJob, Self.visitJob]))
        }
        for outcome in report.outcomes {
            guard let index = jobs.firstIndex(where: { $0.name == outcome.job }) else { continue }
            if let change = jobs[index].note(outcome, at: time, wallClock: wallClock) {
                changes.append(change)
            }
        }
        changes.append(
            publish(connectionFamilies, as: Self.connectionJob, of: target, end: .seconds(Int64.max)))
        return changes
    }

    /// Notes what a round through the databases asked of the server.
    mutating func note(_ usage: Connection.Usage, connects: Int) {
        self.connects += connects
        statements += usage.statements
        databaseTime += usage.databaseTime
    }

    // MARK: - Visits

    /// Notes how a visit went and says what is to change on the page.
    mutating func conclude(_ visit: Visit, end: Duration, target: Labels) -> [Registry.Change] {
        let families: [MetricFamily]
        switch visit {
        case .letIn(let duration):
            connects += 1
            families = Self.visitFamilies(letInAfter: duration)
        case .failed(.cannotConnect(.connectionLimit, _)):
            return [.withdraw(job: Self.visitJob)]
        case .failed(let failure):
            note(failure)
            families = Self.visitFamilies(letInAfter: nil)
        }
        return [publish(families, as: Self.visitJob, of: target, end: end)]
    }

    // MARK: - What the daemon itself says of the target

    private static let connectionJob = "(connection)"
    private static let visitJob = "(visit)"

    private mutating func note(_ failure: PostgresError) {
        if case .cannotConnect(let reason, _) = failure { connectFailures[reason, default: 0] += 1 }
    }

    private func publish(_ families: [MetricFamily], as job: String, of target: Labels, end: Duration)
        -> Registry.Change
    {
        .publish(families.map { RenderedFamily($0, of: target) }, job: job, end: end)
    }

    /// What the connection alone tells.
    package var connectionFamilies: [MetricFamily] {
        [
            MetricFamily(
                own("up"), .gauge,
                help: "1 where a session of ours was answered in the latest poll.",
                samples: [Sample(isUp ?? false)]),
            MetricFamily(
                own("connect_failures_total"), .counter,
                help: "Failed attempts to connect, by reason.",
                samples: ConnectFailure.allCases.map {
                    Sample(connectFailures[$0] ?? 0, labels: ["reason": $0.rawValue])
                }),
            kind.isPooler ? info : clock,
        ]
    }

    /// A name of this kind of target.
    private func own(_ name: String) -> MetricName { MetricName(stringLiteral: "\(kind.prefix)_\(name)") }

    private var clock: MetricFamily {
        MetricFamily(
            "pg_server_clock_offset_seconds", .gauge,
            help: "The server's clock minus pgvigil's, within half a round trip.",
            samples: clockOffset.map { [Sample($0)] } ?? [])
    }

    private var info: MetricFamily {
        MetricFamily(
            own("info"), .info, help: "The version of \(kind).",
            samples: release.map { [Sample(1, labels: ["version": $0])] } ?? [])
    }

    /// The visitor's; a duration of nil is that of a client who was not let in.
    private static func visitFamilies(letInAfter duration: Duration?) -> [MetricFamily] {
        [
            MetricFamily(
                "pg_connect_success", .gauge,
                help: "1 where the latest fresh connection, tried each minute, was let in.",
                samples: [Sample(duration != nil)]),
            MetricFamily(
                "pg_connect_duration_seconds", .gauge,
                help: "How long the latest fresh connection took, authentication included.",
                samples: duration.map { [Sample($0 / .seconds(1))] } ?? []),
        ]
    }

    /// The metrics that every target of this kind has whatever its jobs, with their labels besides its own.
    package static func reference(of kind: ServerKind) -> [(metric: Metric, labels: [String])] {
        let connection = TargetHistory([], of: kind, interval: .zero).connectionFamilies
        return (connection + (kind.isPooler ? [] : visitFamilies(letInAfter: nil))).map { family in
            let name = family.metric.name.description
            return (
                family.metric,
                name.hasSuffix("_failures_total") ? ["reason"] : name.hasSuffix("_info") ? ["version"] : []
            )
        }
    }
}

/// A thread that does one thing at a time, and may be stuck with it.
struct Worker: Sendable {
    private var isBusy = false
    private(set) var isStuck = false

    /// False where it is still busy, and then it counts as stuck.
    mutating func begin() -> Bool {
        isStuck = isBusy
        guard !isBusy else { return false }
        isBusy = true
        return true
    }

    mutating func end() {
        isBusy = false
        isStuck = false
    }
}
