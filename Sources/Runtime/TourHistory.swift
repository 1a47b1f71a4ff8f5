import Exposition

/// What jobs found in each database of a server, and what follows from that for what is on the page.
struct TourHistory: Sendable {
    /// What a job's looks came to, by database; where there is nothing to say, there is no entry, since
    /// there may be hundreds of databases for each of hundreds of servers.
    private struct Looks {
        var found: [String: (what: PollReport.Rendered, at: Duration)] = [:]
        var failures: [String: JobFailure] = [:]
        var lastRuns: [String: Duration] = [:]
        var rests: [String: Duration] = [:]

        var isEmpty: Bool { lastRuns.isEmpty && failures.isEmpty }

        /// The first by name in which the job fails.
        var firstFailure: (database: String, what: JobFailure)? {
            failures.min { $0.key < $1.key }.map { ($0.key, $0.value) }
        }

        mutating func keep(_ databases: Set<String>) {
            found = found.filter { databases.contains($0.key) }
            failures = failures.filter { databases.contains($0.key) }
            lastRuns = lastRuns.filter { databases.contains($0.key) }
            rests = rests.filter { databases.contains($0.key) }
        }
    }

    /// How a job fares in all databases that it has looked into.
    struct Fate: Sendable {
        let job: String
        /// The first by name in which it fails; nil where it does in none.
        let failure: (database: String, what: JobFailure)?
    }

    private(set) var records: [JobRecord]
    /// Those of each job.
    private var looks: [Looks]
    /// The databases that each job is to look into; nil for all.
    private var places: [[String]]?
    private let intervals: [Duration]
    /// How long each job has run in this tour.
    private var spent: [Duration]

    /// Half a tour early is early enough: tours and intervals share no grid.
    private let slack: Duration

    init(_ jobs: [Job], every interval: Duration) {
        slack = interval / 2
        intervals = jobs.map { max($0.interval ?? interval, interval) }
        records = jobs.map { JobRecord($0, of: interval, number: 0) }
        looks = Array(repeating: Looks(), count: jobs.count)
        spent = Array(repeating: .zero, count: jobs.count)
    }

    /// From now on each job is to look only into the databases in its place of the list.
    mutating func lookOnly(into places: [[String]]) {
        self.places = places
    }

    /// Notes that a database which a job names is not there, or lets nobody of ours in.
    mutating func note(absent database: String, of job: Int) {
        looks[job].found[database] = nil
        looks[job].failures[database] = JobFailure(
            .missing, "a database that it names is not there, or keeps us out")
    }

    /// The positions of the jobs that are to look into a database now.
    func dueJobs(in database: String, at time: Duration) -> [Int] {
        records.indices.filter { job in
            guard places?[job].contains(database) ?? true else { return false }
            let lastRun = looks[job].lastRuns[database]
            let isDue = lastRun.map { time - $0 >= intervals[job] - slack } ?? true
            return isDue && time >= looks[job].rests[database, default: .zero]
        }
    }

    mutating func note(
        _ outcomes: [(job: Int, outcome: PollReport.Outcome)], in database: String, at time: Duration
    ) {
        for (job, outcome) in outcomes {
            looks[job].lastRuns[database] = time
            switch outcome.result {
            case .success(let rendered):
                records[job].count(rendered)
                looks[job].found[database] = rendered.isEmpty ? nil : (rendered, time)
                looks[job].failures[database] = nil
            case .failure(let failure):
                // One failure leaves the last findings up; the second takes them down.
                let isSecond = looks[job].failures[database] != nil
                if isSecond || failure.isRefusal { looks[job].found[database] = nil }
                looks[job].failures[database] = failure
                // What is too slow here takes the time of all other databases.
                if failure.isRefusal || isSecond && outcome.isWaste {
                    looks[job].rests[database] = time + JobRecord.rest
                }
            }
            spent[job] += outcome.duration
        }
    }

    /// Notes that a database could not be looked into at all.
    mutating func note(_ failure: JobFailure, in database: String, at time: Duration) {
        let outcomes = dueJobs(in: database, at: time).map { job in
            (job, PollReport.Outcome(job: records[job].name, result: .failure(failure), duration: .zero))
        }
        note(outcomes, in: database, at: time)
    }

    var fates: [Fate] {
        zip(records, looks).filter { !$1.isEmpty }.map { Fate(job: $0.name, failure: $1.firstFailure) }
    }

    /// Forgets what was found: the server may be another one when it is back.
    mutating func forget() {
        looks = looks.map { _ in Looks() }
        for job in records.indices { records[job].noteServerDown() }
    }

    /// Forgets the databases that are gone, and says what is to change on the page.
    mutating func conclude(databases: [String], at time: Duration, wallClock: Double) -> [Registry.Change] {
        defer { spent = spent.map { _ in .zero } }
        return records.indices.map { job in
            let lifetime = max(intervals[job] * 3, .seconds(60))
            looks[job].keep(Set(places?[job] ?? databases))
            looks[job].found = looks[job].found.filter { time - $0.value.at <= lifetime }
            guard !looks[job].isEmpty else { return .withdraw(job: records[job].name) }
            return records[job].note(
                looks[job].found.sorted { $0.key < $1.key }.map(\.value.what),
                failure: looks[job].firstFailure?.what,
                taking: spent[job], end: time + lifetime, wallClock: wallClock)
        }
    }
}
