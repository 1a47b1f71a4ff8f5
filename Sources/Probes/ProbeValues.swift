/// Sets of values that a statement is run with in turn.
package enum ProbeValues: Sendable, Equatable {
    case none
    case listed([[String]])
    /// A statement whose rows are the sets.
    case sql(String, refresh: Duration?)
}
