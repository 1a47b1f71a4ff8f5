/// What a transaction sees of others' work (PostgreSQL, "Transaction Isolation").
package enum Isolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    /// One snapshot for all of its statements.
    case repeatableRead = "REPEATABLE READ"
}
