/// Sets of values that a filter is run with in turn.
package enum ProbeValues: Sendable, Equatable {
    case none
    case listed([[String]])
    /// A statement whose rows are the sets; asked once only where `refresh` is nil.
    case sql(String, refresh: Duration?)
}
