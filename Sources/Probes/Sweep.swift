package import Postgres
import ProbeDefinitions
import SQL

/// One search at several values of a setting: how long it takes, and how much it finds.
///
/// Each truth is looked for once and scores all values, so the curve costs one exact scan for each query.
package struct Sweep: Sendable {
    /// What one value brought.
    package struct Point: Sendable {
        package let value: String
        package fileprivate(set) var latencies: [Duration] = []
        package fileprivate(set) var recalls: RecallWindow
        /// Searches that brought fewer rows than were asked for.
        package fileprivate(set) var shortResults = 0
        /// nil where it is not known yet.
        package fileprivate(set) var path: PlanPath?
    }

    package let setting: String
    package private(set) var points: [Point]
    private let search: Search
    private let questions: [Question]
    private let timeout: Duration
    private let truthTimeout: Duration

    /// A sweep over the usual values where none are given; nil where none are known.
    package static func prepared(
        of search: Search, setting: String?, values: [String]?, on connection: inout Connection,
        by deadline: Deadline
    ) throws(SearchError) -> Sweep? {
        let queries = try search.drawQueries(on: &connection, by: deadline)
        let filterValues = try search.filterValues(on: &connection, by: deadline)
        let usual = search.candidates.first { $0.match == .usable }.flatMap(usualValues)
        guard let name = setting ?? usual?.setting, let tried = values ?? usual?.values.map({ "\($0)" })
        else { return nil }
        return Sweep(of: search, setting: name, values: tried, queries: queries, filterValues: filterValues)
    }

    /// The queries take the sets of `filterValues` in turn; one empty set without a filter.
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

    /// Finds out how the search is planned at each value; returns the first value that the server refuses.
    package mutating func plan(on connection: inout Connection) throws(PostgresError) -> String? {
        try search.loadLibrary(on: &connection, by: .after(timeout + .seconds(1)))
        guard let question = questions.first else { return nil }
        let sql = search.explainSQL(
            rows: question.rows(for: search.probe.target.k), variant: "sweep", isAnalyzed: false)
        for index in points.indices {
            let value = points[index].value
            let deadline = Deadline.after(timeout + .seconds(1))
            do throws(PostgresError) {
                points[index].path = try connection.transaction(
                    set: limits + search.locals + settings(with: value), by: deadline
                ) { connection throws(PostgresError) in
                    let rows = try connection.query(sql, with: question.parameters, by: deadline)
                    return search.summary(of: rows.text(row: 0, column: 0) ?? "")?.path
                }
            } catch {
                guard case .statementFailed(let state, _) = error, Self.refusals.contains(state) else {
                    throw error
                }
                return value
            }
        }
        return nil
    }

    /// Times all searches first: what a truth reads would warm or empty the caches.
    ///
    /// `progress` is told after each step how many there have been.
    package mutating func run(on connection: inout Connection, progress: (Int) -> Void)
        throws(PostgresError)
    {
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

    /// The lowest value at which the index is used and recall is at least `target` beyond sampling error; nil
    /// where there is none.
    package func lowest(reaching target: Double) -> Point? {
        points.first { $0.path == .annIndex && ($0.recalls.bounds?.lower ?? 0) >= target }
    }

    // MARK: -

    /// What the server says of a value that a setting cannot have, and of a setting that there is not.
    private static let refusals = ["22023", "42602", "42704"].map { SQLState(rawValue: $0) }

    private var limits: [LocalSetting] { .limits(of: timeout) }

    /// Those of the probe's first variant, with the one that is tried.
    private func settings(with value: String) -> [LocalSetting] {
        let others = search.probe.variants.first?.settings ?? []
        return others.filter { $0.name != setting } + [LocalSetting(setting, value)]
    }

    private func time(_ question: Question, _ value: String, on connection: inout Connection)
        throws(PostgresError) -> (latency: Duration, found: Int)
    {
        let deadline = Deadline.after(timeout + .seconds(1))
        return try connection.transaction(
            set: limits + search.locals + settings(with: value), by: deadline
        ) { connection throws(PostgresError) in
            let started = ContinuousClock.now
            let hits = try hits(of: question, on: &connection, by: deadline)
            return (.now - started, hits.count)
        }
    }

    private mutating func score(_ question: Question, on connection: inout Connection)
        throws(PostgresError)
    {
        // Searches follow on the scan in the same transaction.
        let deadline = Deadline.after(truthTimeout + .seconds(1) + timeout * points.count)
        let limits = [
            LocalSetting("statement_timeout", truthTimeout), LocalSetting("lock_timeout", .milliseconds(100)),
            LocalSetting("idle_in_transaction_session_timeout", truthTimeout + .seconds(5)),
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
                for setting in settings(with: point.value) {
                    let sql = """
                        /* pgvigil set */
                        SELECT pg_catalog.set_config($1, $2, true) AS value
                        """
                    _ = try connection.query(sql, with: [setting.name, setting.value], by: deadline)
                }
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
