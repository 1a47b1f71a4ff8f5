import Postgres
import SQL

extension Connection {
    /// Asks in one short transaction, which nobody waits behind for long and which waits for nobody.
    ///
    /// What goes wrong is told without what the server quotes.
    mutating func read<Answer>(
        set locals: [LocalSetting] = [], by deadline: Deadline,
        _ body: (inout Connection) throws(SearchError) -> Answer
    ) throws(SearchError) -> Answer {
        let limits = [
            LocalSetting("statement_timeout", .seconds(1)), LocalSetting("lock_timeout", .milliseconds(100)),
        ]
        let outcome: Result<Answer, SearchError>
        do throws(PostgresError) {
            outcome = try transaction(set: limits + locals, by: deadline) {
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
            return try query(sql, with: values, by: deadline)
        } catch {
            throw SearchError(error)
        }
    }
}
