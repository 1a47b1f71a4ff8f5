package import SQL

/// Statements of the operator's, run in one read-only transaction again and again, one of them timed.
package struct CustomProbe: Sendable, Equatable {
    /// As of a search probe, and none of theirs.
    package var name: String
    package var database: String?
    package var role: ServerRole = .any
    package var schedule = ProbeSchedule()
    /// Where names without a schema are looked for.
    package var searchPath = ["public"]
    package var steps: [Step]
    package var limits = ProbeLimits()
    package var objective = Objective()

    package init(name: String, steps: [Step]) {
        self.name = name
        self.steps = steps
    }

    package enum Step: Sendable, Equatable {
        /// Settings for the rest of the transaction.
        case set([LocalSetting])
        case statement(Statement)
    }

    package struct Statement: Sendable, Equatable {
        package var sql: String
        /// For `$1`, `$2`, … in order.
        package var parameters: [Parameter] = []
        /// Whether it is what the probe's duration is; of one statement exactly.
        package var isMeasured = false
        package var expectation = Expectation()

        package init(sql: String) {
            self.sql = sql
        }
    }

    package enum Parameter: Sendable, Equatable {
        case value(String)
        /// One of them at each tick, in turn.
        case values([String])
        /// The first column of its rows, in turn, asked for again each hour.
        case sql(String)
        /// The query vectors of a search probe of the same server, in turn.
        case queries(probe: String)
    }

    /// What the statement must return to be right; nil for anything.
    package struct Expectation: Sendable, Equatable {
        package var minimumRows: Int?
        package var maximumRows: Int?
        package var columns: [ColumnExpectation] = []
        package var plan: PlanExpectation?

        package init() {}
    }

    /// Each row's value of a column: a text that matches, or a number in a range.
    package struct ColumnExpectation: Sendable, Equatable {
        package var column: String
        /// A regular expression of PostgreSQL's, which the server matches by its operator `~`.
        package var matches: String?
        package var minimum: Double?
        package var maximum: Double?

        package init(column: String) {
            self.column = column
        }
    }
}
