import Exposition

/// What jobs found in each database of a server, and what follows from that for what is on the page.
struct TourHistory: Sendable {
    private struct Entry {
        var found: (what: PollReport.Rendered, at: Duration)?
        var failure: JobFailure?
        var lastRun: Duration?
        var restUntil = Duration.zero
    }

    /// How a job fares in all databases that it has looked into.
    struct Fate: Sendable {
        let job: String
        /// The first by name in which it fails; nil where it does in none.
        let failure: (database: String, what: JobFailure)?
    }

    private(set) var records: [JobRecord]
    /// Those of a job, by database.
    private var entries: [[String: Entry]]
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
        entries = Array(repeating: [:], count: jobs.count)
        spent = Array(repeating: .zero, count: jobs.count)
    }

    /// From now on each job is to look only into the databases in its place of the list.
    mutating func lookOnly(into places: [[String]]) {
        self.places = places
    }

    /// Notes that a database which a job names is not there, or lets nobody of ours in.
    mutating func note(absent database: String, of job: Int) {
        var entry = entries[job][database] ?? Entry()
        entry.found = nil
        entry.failure = JobFailure(.missing, "a database that it names is not there, or keeps us out")
        entries[job][database] = entry
    }

    /// The positions of the jobs that are to look into a database now.
    func dueJobs(in database: String, at time: Duration) -> [Int] {
        records.indices.filter { job in
            guard places?[job].contains(database) ?? true else { return false }
            guard let entry = entries[job][database] else { return true }
            let isDue = entry.lastRun.map { time - $0 >= intervals[job] - slack } ?? true
            return isDue && time >= entry.restUntil
        }
    }

    mutating func note(
        _ outcomes: [(job: Int, outcome: PollReport.Outcome)], in database: String, at time: Duration
    ) {
        for (job, outcome) in outcomes {
            var entry = entries[job][database] ?? Entry()
            entry.lastRun = time
            switch outcome.result {
            case .success(let rendered):
                records[job].count(rendered)
                entry.found = (rendered, time)
                entry.failure = nil
            case .failure(let failure):
                // One failure leaves the last findings up; the second takes them down.
                if entry.failure != nil || failure.isRefusal { entry.found = nil }
                entry.failure = failure
                if failure.isRefusal { entry.restUntil = time + JobRecord.rest }
            }
            entries[job][database] = entry
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
        zip(records, entries).filter { !$1.isEmpty }.map { record, entries in
            let failures = entries.compactMap { database, entry in entry.failure.map { (database, $0) } }
            return Fate(job: record.name, failure: failures.min { $0.0 < $1.0 })
        }
    }

    /// Forgets what was found: the server may be another one when it is back.
    mutating func forget() {
        entries = entries.map { _ in [:] }
        for job in records.indices { records[job].noteServerDown() }
    }

    /// Forgets the databases that are gone, and says what is to change on the page.
    mutating func conclude(databases: [String], at time: Duration, wallClock: Double) -> [Registry.Change] {
        defer { spent = spent.map { _ in .zero } }
        return records.indices.map { job in
            let lifetime = max(intervals[job] * 3, .seconds(60))
            let places = places?[job] ?? databases
            entries[job] = entries[job].filter { places.contains($0.key) }
            for (database, entry) in entries[job] where entry.found.map({ time - $0.at > lifetime }) ?? false
            {
                entries[job][database]?.found = nil
            }
            guard !entries[job].isEmpty else { return .withdraw(job: records[job].name) }
            let all = entries[job].sorted { $0.key < $1.key }.map(\.value)
            return records[job].note(
                all.compactMap { $0.found?.what }, failure: all.lazy.compactMap(\.failure).first,
                taking: spent[job], end: time + lifetime, wallClock: wallClock)
        }
    }
}
