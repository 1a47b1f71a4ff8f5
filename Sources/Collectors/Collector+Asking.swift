package import Postgres
import SQL

extension Collector {
    /// What one part of a collector may take: as long as a statement may keep somebody waiting for its locks.
    private static let partLimit = Duration.seconds(1)

    /// Asks the server and reads the answer; one that it does not apply to gives nothing and is not asked.
    ///
    /// Counters of rows that come and go are summed in `accumulator`; without one they are those of the rows
    /// that are there.
    package func collect(
        from connection: inout Connection, _ server: ServerState, by deadline: Deadline,
        into accumulator: Accumulator? = nil
    ) throws(CollectorError) -> Collection {
        var collection = Collection()
        var tables = 0
        try ask(&connection, server, by: deadline) { rows throws(CollectorError) in
            collection.append(try self.collection(from: rows, of: server, into: accumulator))
            tables += 1
        }
        if tables > 1 { collection.resolveRepetitions(duplicates) }
        return collection
    }

    /// Hands over each table of the answer: one, or one for each part that the preparation found.
    ///
    /// Parts that fail are left out, unless there is no other, and so are those for which no time is left.
    package func ask(
        _ connection: inout Connection, _ server: ServerState, by deadline: Deadline,
        _ body: (borrowing Rows) throws(CollectorError) -> Void
    ) throws(CollectorError) {
        guard applies(to: server) else { return }
        if let missing = requirements.first(where: { !$0.isMet(by: server) }) { throw .unmet(missing) }
        if let ownStatement {
            return try ownStatement.ask(sql(for: server), columns, on: &connection, by: deadline, body)
        }
        guard let preparation = preparation(for: server) else {
            return try body(query(sql(for: server), on: &connection, by: deadline))
        }
        let parts = try query(preparation, on: &connection, by: deadline)
        var failure: PostgresError?
        var answers = 0
        for row in 0..<parts.count where row == 0 || Deadline.after(Self.partLimit) < deadline {
            let sql = sql(for: server, Part(row: row, of: parts))
            let limit = min(deadline, .after(Self.partLimit * 2))
            var misfit: CollectorError?
            do throws(PostgresError) {
                try connection.transaction(
                    set: [LocalSetting("statement_timeout", Self.partLimit)], by: limit
                ) { connection throws(PostgresError) in
                    let rows = try connection.query(sql, by: limit)
                    do throws(CollectorError) { try body(rows) } catch { misfit = error }
                }
            } catch .statementFailed(let state, let message) {
                failure = .statementFailed(state, message)
                continue
            } catch {
                throw .postgres(error)
            }
            if let misfit { throw misfit }
            answers += 1
        }
        if let failure, answers == 0 { throw .postgres(failure) }
    }

    private func query(_ sql: String, on connection: inout Connection, by deadline: Deadline)
        throws(CollectorError) -> Rows
    {
        do throws(PostgresError) {
            return try connection.query(sql, by: deadline)
        } catch {
            throw .postgres(error)
        }
    }
}
