import Postgres
import ProbeDefinitions
import SQL

/// One search for truth under way: its statements, and what they have brought so far.
struct TruthScan {
    let search: Search
    let question: Question
    let occasion: TruthOccasion
    /// How long one statement may take at the server.
    let limit: Duration
    /// When the transaction's first statement was sent.
    private var began = ContinuousClock.now
    /// When the latest statement was sent.
    private(set) var sent = ContinuousClock.now
    /// The exact answer, once there is one.
    private(set) var exact: [Hit]?
    private var found: [Int: [Hit]] = [:]
    /// What was in effect before anything was changed; a setting that the server does not know is missing.
    private var settings: [String: String] = [:]

    private static let workers = "max_parallel_workers_per_gather"

    init(_ search: Search, _ question: Question, _ occasion: TruthOccasion, limit: Duration) {
        self.search = search
        self.question = question
        self.occasion = occasion
        self.limit = limit
    }

    /// How long we wait for one statement's answer.
    var patience: Duration { limit + .seconds(1) }

    mutating func begin() {
        began = .now
    }

    /// Whether all statements together have taken what they may, as far as clocks agree.
    var isOutOfTime: Bool { .now - began >= occasion.allowance - .milliseconds(10) }

    /// Nothing more is begun once somebody waited: a cancel may have come between two statements.
    private func goOn() throws(PostgresError) {
        if occasion.wasYielded() { throw .outOfTime }
    }

    var locals: [LocalSetting] {
        [
            LocalSetting("statement_timeout", limit),
            LocalSetting("lock_timeout", .milliseconds(100)),
            LocalSetting("idle_in_transaction_session_timeout", limit + .seconds(5)),
        ] + search.locals
    }

    private var k: Int { search.probe.target.k }

    // MARK: - Settings

    mutating func readSettings(touchedBy probe: SearchProbe, on connection: inout Connection)
        throws(PostgresError)
    {
        let all = probe.variants.flatMap(\.settings) + (search.highEffort ?? [])
        let names = Set(all.map(\.name)).union([Self.workers])
        settings = try Search.effectiveSettings(names.sorted(), on: &connection, by: .after(patience))
    }

    func knows(_ others: [LocalSetting]) -> Bool { others.allSatisfy { settings[$0.name] != nil } }

    /// Changes settings for one statement.
    private func with<Answer>(
        _ changes: [LocalSetting], on connection: inout Connection,
        _ body: (inout Connection) throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer {
        for change in changes { try set(change.name, change.value, on: &connection) }
        let answer = try body(&connection)
        for change in changes {
            if let value = settings[change.name] { try set(change.name, value, on: &connection) }
        }
        return answer
    }

    private func set(_ name: String, _ value: String, on connection: inout Connection) throws(PostgresError) {
        let sql = """
            /* pgvigil set */
            SELECT pg_catalog.set_config($1, $2, true) AS value
            """
        _ = try connection.query(sql, with: [name, value], by: .after(patience))
    }

    // MARK: - Statements

    /// Whether the plan of the exact statement is one.
    mutating func isExact(on connection: inout Connection) throws(PostgresError) -> Bool {
        try goOn()
        let sql = search.exactExplainSQL(rows: question.rows(for: k))
        sent = .now
        let rows = try connection.query(sql, with: question.parameters, by: .after(patience))
        return rows.count > 0 && search.isExact(rows.text(row: 0, column: 0) ?? "")
    }

    /// The exact answer, and how long it took.
    mutating func scan(parallelWorkers: Int, on connection: inout Connection) throws(PostgresError)
        -> ([Hit], Duration)
    {
        let workers = LocalSetting(Self.workers, "\(parallelWorkers)")
        let answer = try run(search.exactSQL(rows: question.rows(for: k)), with: [workers], on: &connection)
        exact = answer.0
        return answer
    }

    /// What the search finds with some settings, and how long it took.
    mutating func search(with settings: [LocalSetting], variant: String, on connection: inout Connection)
        throws(PostgresError) -> ([Hit], Duration)
    {
        try run(
            search.searchSQL(rows: question.rows(for: k), variant: variant), with: settings, on: &connection)
    }

    /// The same of a variant, once.
    mutating func found(by index: Int, _ variant: Variant, on connection: inout Connection)
        throws(PostgresError) -> [Hit]
    {
        if let hits = found[index] { return hits }
        let hits = try search(with: variant.settings, variant: variant.name, on: &connection).0
        found[index] = hits
        return hits
    }

    /// A truth of earlier, without rows that are no more and with distances as they are now.
    func current(_ truth: [Hit], on connection: inout Connection) throws(PostgresError) -> [Hit] {
        guard let sql = search.rowsSQL else { return truth }
        let keys = truth.map(\.key).arrayLiteral
        let rows = try connection.query(sql, with: [question.text, keys], by: .after(patience))
        return Search.hits(in: rows)
    }

    private mutating func run(_ sql: String, with settings: [LocalSetting], on connection: inout Connection)
        throws(PostgresError) -> ([Hit], Duration)
    {
        try goOn()
        let started = ContinuousClock.now
        sent = started
        let (question, patience) = (question, patience)
        let (hits, duration) = try with(settings, on: &connection) { connection throws(PostgresError) in
            let started = ContinuousClock.now
            let rows = try connection.query(sql, with: question.parameters, by: .after(patience))
            return (Search.hits(in: rows), .now - started)
        }
        return (question.answers(in: hits, k: k), duration)
    }
}
