package import Postgres

/// A chance to find out what a search should have found.
package struct TruthOccasion: Sendable {
    /// The longest that its transaction may take.
    package let allowance: Duration
    package let server: ServerState
    /// Whether the statement under way was cancelled since somebody waited behind it.
    package let wasYielded: @Sendable () -> Bool

    package init(
        allowance: Duration = .seconds(3600), server: ServerState,
        wasYielded: @escaping @Sendable () -> Bool = { false }
    ) {
        self.allowance = allowance
        self.server = server
        self.wasYielded = wasYielded
    }
}
