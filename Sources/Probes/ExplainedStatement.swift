package import Postgres
package import ProbeDefinitions
package import SQL

/// How the server would run one statement of an application, and whether that is as it should be.
package struct ExplainedStatement: Sendable, Equatable {
    package let path: PlanPath
    package let indexNames: Set<String>
    /// Tables that would be read from beginning to end.
    package let scannedRelations: Set<String>

    /// What a comment of the statement expects, as in `-- expect: ann_index`; nil where none does.
    package static func expectation(in statement: SQLText) throws(ExplainError) -> PlanExpectation? {
        guard let word = note("expect:", in: statement) else { return nil }
        guard let expectation = PlanExpectation(rawValue: word) else { throw .unknownExpectation }
        return expectation
    }

    /// Values that comments give, as in `-- $1 = [0.1, 0.2]`; those of numbers that none gives are missing.
    package static func values(in statement: SQLText) -> [Int: String] {
        statement.parameters.reduce(into: [:]) { values, number in
            values[number] = note("$\(number) =", in: statement)
        }
    }

    private static func note(_ key: String, in statement: SQLText) -> String? {
        for comment in statement.comments {
            let text = comment.drop { $0 == "-" || $0.isWhitespace }
            guard text.hasPrefix(key) else { continue }
            let value = text.dropFirst(key.count).drop(while: \.isWhitespace)
            return value.last?.isWhitespace == true ? String(value.dropLast()) : String(value)
        }
        return nil
    }

    /// Asks for the plan of a statement; it is not run.
    ///
    /// Without values for all of its parameters the plan is the one for any values, which PostgreSQL 16 and
    /// later can tell. `settings` hold for the statement: with `enable_seqscan` off a scan shows only where
    /// nothing else is possible, whatever a small table's statistics say.
    package static func explain(
        _ statement: SQLText, values: [Int: String], set settings: [LocalSetting], server: ServerState,
        on connection: inout Connection, by deadline: Deadline
    ) throws(ExplainError) -> ExplainedStatement {
        let count = statement.parameters.max() ?? 0
        let isGeneric = values.count < statement.parameters.count
        if isGeneric, server.majorVersion < 16 { throw .missingValues }
        let options = isGeneric ? "GENERIC_PLAN, FORMAT JSON" : "FORMAT JSON"
        let sql = "/* pgvigil explain */\nEXPLAIN (\(options))\n\(statement.text)"
        let (json, annIndexes): (String, Set<String>)
        do throws(PostgresError) {
            (json, annIndexes) = try connection.transaction(set: settings, by: deadline) {
                connection throws(PostgresError) in
                let indexes = try self.annIndexes(on: &connection, by: deadline)
                let rows =
                    isGeneric || count == 0
                    ? try connection.query(sql, by: deadline)
                    : try connection.query(sql, with: (1...count).map { values[$0] }, by: deadline)
                return (rows.text(row: 0, column: 0) ?? "", indexes)
            }
        } catch {
            throw .search(SearchError(error))
        }
        guard let plan = PlanSummary(json: json, annIndexes: annIndexes, expectedIndex: nil) else {
            throw .noPlan
        }
        return ExplainedStatement(
            path: plan.path, indexNames: plan.indexNames, scannedRelations: plan.scannedRelations)
    }

    /// Every index of the database that sorts by a distance, whatever its access method.
    private static func annIndexes(on connection: inout Connection, by deadline: Deadline)
        throws(PostgresError) -> Set<String>
    {
        let rows = try connection.query(
            """
            /* pgvigil explain */
            SELECT DISTINCT index_class.relname
            FROM pg_catalog.pg_index
            JOIN pg_catalog.pg_class AS index_class ON index_class.oid = indexrelid
            JOIN pg_catalog.pg_am ON pg_am.oid = index_class.relam
            JOIN pg_catalog.pg_opclass ON pg_opclass.oid = indclass[0]
            JOIN pg_catalog.pg_amop ON amopfamily = opcfamily
                 AND amoppurpose = 'o'
            WHERE amname NOT IN ('gist', 'spgist')
            """, by: deadline)
        return Set((0..<rows.count).compactMap { rows.text(row: $0, column: 0) })
    }
}

extension PlanExpectation {
    package func isMet(by statement: ExplainedStatement) -> Bool {
        switch self {
        case .index: statement.scannedRelations.isEmpty
        case .annIndex, .seqScan, .any: isMet(by: statement.path) ?? true
        }
    }
}

/// Why there is no plan to judge.
package enum ExplainError: Error, Equatable {
    /// Without what the server quotes of SQL and values.
    case search(SearchError)
    /// A comment expects something that there is not.
    case unknownExpectation
    /// Before PostgreSQL 16 a plan needs values.
    case missingValues
    /// The server's answer is no plan.
    case noPlan
}

extension ExplainError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .search(let error): error.description
        case .unknownExpectation:
            """
            its comment expects something unknown: allowed are \
            \(PlanExpectation.allCases.map(\.rawValue).joined(separator: ", "))
            """
        case .missingValues:
            """
            PostgreSQL before 16 plans no statement without values: give them in comments, as in "-- $1 = 42"
            """
        case .noPlan: "the server answered with something that is no plan"
        }
    }
}
