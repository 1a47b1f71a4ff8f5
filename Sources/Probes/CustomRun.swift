import Postgres
import ProbeDefinitions
import SQL

/// One run of a custom probe's steps: what it timed, and what was not as expected.
struct CustomRun {
    private let probe: CustomProbe
    /// For each statement in order.
    private let arguments: [[String?]]
    private let annIndexes: Set<String>
    let looksAtPlans: Bool
    private(set) var clock: RunClock
    private(set) var measuredRows = 0
    private(set) var measuredPath: PlanPath?
    /// Of the statements that were sent.
    private(set) var steps: [CustomStep] = []
    /// When the first statement was sent; nil before.
    private(set) var began: ContinuousClock.Instant?
    /// What was expected and did not come, without what came; nil where all is well.
    var complaint: String? { steps.lazy.flatMap(\.complaints).first }

    /// `due` is nil where the run starts when it is sent.
    init(
        _ probe: CustomProbe, _ arguments: [[String?]], annIndexes: Set<String>, looksAtPlans: Bool,
        due: ContinuousClock.Instant?, wasYielded: @escaping @Sendable () -> Bool
    ) {
        self.probe = probe
        self.arguments = arguments
        self.annIndexes = annIndexes
        self.looksAtPlans = looksAtPlans
        // What comes before the measured statement takes time that is not the tick's.
        let first = probe.statements.first
        clock = RunClock(due: first?.isMeasured == true ? due : nil)
        self.due = due
        self.wasYielded = wasYielded
    }

    private let due: ContinuousClock.Instant?
    private let wasYielded: @Sendable () -> Bool
    private var patience: Duration { probe.schedule.timeout + .seconds(1) }

    /// All steps, inside a transaction.
    mutating func go(on connection: inout Connection) throws(PostgresError) {
        var number = 0
        for step in probe.steps {
            switch step {
            case .set(let settings):
                began = began ?? .now
                for setting in settings { try set(setting, on: &connection) }
            case .statement(let statement):
                if number == 0, let due { try connection.wait(until: .at(due)) }
                try run(statement, number + 1, with: arguments[number], on: &connection)
                number += 1
            }
        }
    }

    // MARK: - Steps

    private func set(_ setting: LocalSetting, on connection: inout Connection) throws(PostgresError) {
        let sql = """
            /* pgvigil set */
            SELECT pg_catalog.set_config($1, $2, true) AS value
            """
        _ = try connection.query(sql, with: [setting.name, setting.value], by: .after(patience))
    }

    private mutating func run(
        _ statement: CustomProbe.Statement, _ number: Int, with values: [String?],
        on connection: inout Connection
    ) throws(PostgresError) {
        // A cancel may have come between two statements: somebody waits.
        if wasYielded() { throw .outOfTime }
        let sent = ContinuousClock.now
        began = began ?? sent
        steps.append(CustomStep(number: number, isMeasured: statement.isMeasured))
        defer { if steps[number - 1].rowCount == nil { steps[number - 1].duration = .now - sent } }
        try connection.keepToLimit(by: .after(patience))
        if statement.isMeasured { clock.send() }
        let rows = try connection.query(marked(statement.sql), with: values, by: .after(patience))
        steps[number - 1].duration = .now - sent
        steps[number - 1].rowCount = rows.count
        if statement.isMeasured {
            clock.stop()
            measuredRows = rows.count
        }
        try judge(rows, statement.expectation, number, on: &connection)
        if looksAtPlans, let expected = statement.expectation.plan {
            try look(at: statement, with: values, expected, number, on: &connection)
        }
        steps[number - 1].isJudged = true
    }

    private func marked(_ sql: String) -> String { "/* pgvigil probe=\(probe.name) */\n\(sql)" }

    private mutating func look(
        at statement: CustomProbe.Statement, with values: [String?], _ expected: PlanExpectation,
        _ number: Int, on connection: inout Connection
    ) throws(PostgresError) {
        let sql = marked("EXPLAIN (FORMAT JSON)\n\(statement.sql)")
        let rows = try connection.query(sql, with: values, by: .after(patience))
        guard rows.count > 0, let json = rows.text(row: 0, column: 0),
            let summary = PlanSummary(json: json, annIndexes: annIndexes, expectedIndex: nil)
        else { return }
        steps[number - 1].plan = summary.path
        if statement.isMeasured { measuredPath = summary.path }
        if expected.isMet(by: summary.path) == false {
            complain("the plan of statement \(number) is \(summary.path.rawValue), not \(expected.rawValue)")
        }
    }

    // MARK: - Expectations

    private mutating func judge(
        _ rows: borrowing Rows, _ expectation: CustomProbe.Expectation, _ number: Int,
        on connection: inout Connection
    ) throws(PostgresError) {
        if let least = expectation.minimumRows, rows.count < least {
            complain("statement \(number) returned \(rows.count) rows, fewer than \(least)")
        }
        if let most = expectation.maximumRows, rows.count > most {
            complain("statement \(number) returned \(rows.count) rows, more than \(most)")
        }
        for column in expectation.columns {
            guard let position = rows.column(column.column) else {
                complain("statement \(number) returned no column \(column.column)")
                continue
            }
            var isRight = column.isInRange(rows, position)
            if isRight, let pattern = column.matches {
                isRight = try Self.all(rows, position, match: pattern, on: &connection, by: .after(patience))
            }
            if !isRight { complain("statement \(number): column \(column.column) is not as expected") }
        }
    }

    /// The server matches, so that what a pattern means is what it means in the operator's own SQL.
    private static func all(
        _ rows: borrowing Rows, _ column: Int, match pattern: String, on connection: inout Connection,
        by deadline: Deadline
    ) throws(PostgresError) -> Bool {
        let sql = """
            /* pgvigil probe expectation */
            SELECT coalesce(pg_catalog.bool_and(pg_catalog.textregexeq(value, $2)), true) AS is_right
            FROM pg_catalog.unnest($1::pg_catalog.text[]) AS value
            """
        var texts: [String] = []
        for row in 0..<rows.count {
            guard let text = rows.text(row: row, column: column) else { return false }
            texts.append(text)
        }
        let answer = try connection.query(sql, with: [texts.arrayLiteral, pattern], by: deadline)
        return answer.count == 1 && answer.truth(row: 0, column: 0) == true
    }

    private mutating func complain(_ complaint: String) {
        steps[steps.count - 1].complaints.append(complaint)
    }
}

extension CustomProbe.ColumnExpectation {
    /// Whether each row's value is a number in the range, where there is one.
    fileprivate func isInRange(_ rows: borrowing Rows, _ column: Int) -> Bool {
        guard minimum != nil || maximum != nil else { return true }
        for row in 0..<rows.count {
            guard let value = rows.double(row: row, column: column), value >= minimum ?? -.infinity,
                value <= maximum ?? .infinity
            else { return false }
        }
        return true
    }
}
