import Postgres
import SQL

extension Connection {
    private static let longestRead = Duration.seconds(1)
    /// So long after its time the server may end a statement: we wait for that, or the connection is lost.
    private static let grace = Duration.seconds(1)

    /// Asks in one short transaction, which nobody waits behind for long and which waits for nobody.
    ///
    /// What would go on after the deadline fails with `.outOfTime`, or as a cancelled statement. What goes
    /// wrong is told without what the server quotes.
    mutating func read<Answer>(
        set locals: [LocalSetting] = [], by deadline: Deadline,
        _ body: (inout Connection) throws(SearchError) -> Answer
    ) throws(SearchError) -> Answer {
        let time = min(Self.longestRead, deadline.remaining)
        guard time > .milliseconds(1) else { throw .postgres(.outOfTime) }
        let limits = [
            LocalSetting("statement_timeout", time), LocalSetting("lock_timeout", .milliseconds(100)),
        ]
        let outcome: Result<Answer, SearchError>
        do throws(PostgresError) {
            outcome = try transaction(set: limits + locals, within: time, by: .after(time + Self.grace)) {
                connection throws(PostgresError) in
                do throws(SearchError) {
                    return .success(try body(&connection))
                } catch .postgres(let error) {
                    throw error
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw SearchError(error)
        }
        return try outcome.get()
    }

    /// One of its statements.
    mutating func ask(_ sql: String, _ values: [String?] = [], by deadline: Deadline) throws(SearchError)
        -> Rows
    {
        do {
            return try query(sql, with: values, by: deadline.later(by: Self.grace))
        } catch {
            throw SearchError(error)
        }
    }
}
