package import Postgres

/// One search at several values of a setting: how long it takes, and how much it finds.
///
/// Each truth is looked for once and scores all values, so the whole curve costs one exact scan for each query.
package struct Sweep: Sendable {
    /// What one value brought.
    package struct Point: Sendable {
        package let value: String
        package fileprivate(set) var latencies: [Duration] = []
        package fileprivate(set) var recalls: RecallWindow
        /// Searches that brought fewer rows than were asked for.
        package fileprivate(set) var shortResults = 0
    }

    package let setting: String
    package private(set) var points: [Point]
    private let search: Search
    private let questions: [Question]
    private let timeout: Duration
    private let truthTimeout: Duration

    /// A sweep of a probe's search over the usual values where none are given; nil where none are known.
    package static func prepared(
        for probe: SearchProbe, setting: String?, values: [String]?, on connection: inout Connection,
        by deadline: Deadline
    ) throws(SearchError) -> Sweep? {
        let search = try Search.resolve(probe, on: &connection, by: deadline)
        let queries = try search.drawQueries(on: &connection, by: deadline)
        let filterValues = try search.filterValues(on: &connection, by: deadline)
        let usual = search.candidates.first { $0.match == .usable }.flatMap(usualValues)
        guard let name = setting ?? usual?.setting, let tried = values ?? usual?.values.map({ "\($0)" })
        else { return nil }
        return Sweep(of: search, setting: name, values: tried, queries: queries, filterValues: filterValues)
    }

    /// - Parameter filterValues: the sets that the queries take in turn; one empty set without a filter.
    package init(
        of search: Search, setting: String, values: [String], queries: [QueryVector],
        filterValues: [[String]]
    ) {
        self.search = search
        self.setting = setting
        questions = queries.enumerated().map { index, query in
            let values = filterValues.isEmpty ? [] : filterValues[index % filterValues.count]
            return Question(text: query.text, key: query.key, filterValues: values)
        }
        timeout = search.probe.schedule.timeout
        truthTimeout = search.probe.recall.exact.timeout
        points = values.map { Point(value: $0, recalls: RecallWindow(size: max(1, queries.count))) }
    }

    /// The values that are worth trying for an index, lowest first, and the setting; nil where none is known.
    package static func usualValues(for candidate: IndexCandidate) -> (setting: String, values: [Int])? {
        switch candidate.accessMethod {
        case "hnsw": ("hnsw.ef_search", [10, 20, 40, 80, 160, 320, 640, 1000])
        case "ivfflat":
            (
                "ivfflat.probes",
                (0..<15).map { 1 << $0 }.filter { $0 < candidate.lists ?? 100 }
            )
        case "diskann": ("diskann.query_search_list_size", [10, 25, 50, 100, 200, 400, 800])
        default: nil
        }
    }

    /// How many statements `run` sends.
    package var steps: Int { questions.count * (points.count + 1) }

    /// Times all searches first: what a truth reads would warm or empty the caches.
    ///
    /// - Parameter progress: told after each step how many there have been.
    package mutating func run(on connection: inout Connection, progress: (Int) -> Void)
        throws(PostgresError)
    {
        try search.loadLibrary(on: &connection, by: .after(timeout + .seconds(1)))
        var done = 0
        for question in questions {
            for index in points.indices {
                let (latency, found) = try time(question, points[index].value, on: &connection)
                points[index].latencies.append(latency)
                points[index].shortResults += found < search.probe.target.k ? 1 : 0
                done += 1
                progress(done)
            }
        }
        for question in questions {
            try score(question, on: &connection)
            done += 1
            progress(done)
        }
    }

    /// The lowest value whose recall is at least `target` beyond sampling error; nil where none is.
    package func lowest(reaching target: Double) -> Point? {
        points.first { ($0.recalls.bounds?.lower ?? 0) >= target }
    }

    // MARK: -

    private func time(_ question: Question, _ value: String, on connection: inout Connection)
        throws(PostgresError) -> (latency: Duration, found: Int)
    {
        let deadline = Deadline.after(timeout + .seconds(1))
        let limits = [LocalSetting("statement_timeout", timeout), LocalSetting("lock_timeout", timeout)]
        let settings = search.locals + limits + [LocalSetting(setting, value)]
        return try connection.transaction(set: settings, by: deadline) {
            connection throws(PostgresError) in
            let started = ContinuousClock.now
            let hits = try hits(of: question, on: &connection, by: deadline)
            return (.now - started, hits.count)
        }
    }

    private mutating func score(_ question: Question, on connection: inout Connection)
        throws(PostgresError)
    {
        let deadline = Deadline.after(truthTimeout + .seconds(1))
        let limits = [
            LocalSetting("statement_timeout", truthTimeout), LocalSetting("lock_timeout", .milliseconds(100)),
        ]
        let (k, recall) = (search.probe.target.k, search.probe.recall)
        let outcomes = try connection.transaction(
            .repeatableRead, set: search.locals + limits, by: deadline
        ) { connection throws(PostgresError) -> [Double?] in
            let rows = try connection.query(
                search.exactSQL(rows: question.rows(for: k)), with: question.parameters, by: deadline)
            let truth = question.answers(in: Search.hits(in: rows), k: k)
            var outcomes: [Double?] = []
            for point in points {
                _ = try connection.query(
                    "SELECT pg_catalog.set_config($1, $2, true)", with: [setting, point.value], by: deadline)
                let found = try hits(of: question, on: &connection, by: deadline)
                outcomes.append(
                    RecallOutcome(
                        found: found, truth: truth, k: k, tieEpsilon: recall.tieEpsilon,
                        isNegative: search.metricOperator == .innerProduct)?.recall)
            }
            return outcomes
        }
        for (index, outcome) in outcomes.enumerated() {
            if let outcome { points[index].recalls.add(outcome) }
        }
    }

    private func hits(of question: Question, on connection: inout Connection, by deadline: Deadline)
        throws(PostgresError) -> [Hit]
    {
        let k = search.probe.target.k
        let rows = try connection.query(
            search.searchSQL(rows: question.rows(for: k), variant: "sweep"), with: question.parameters,
            by: deadline)
        return question.answers(in: Search.hits(in: rows), k: k)
    }
}
