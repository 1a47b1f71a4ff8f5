package import Postgres

/// A chance to find out what a search should have found, and what is asked of whoever takes it.
package struct TruthOccasion: Sendable {
    /// The longest that one statement may take.
    package let allowance: Duration
    package let server: ServerState
    /// Whether the statement under way was cancelled since somebody waited behind it.
    package let wasYielded: @Sendable () -> Bool
    /// Called right before a statement that may run longer than a second, and right after it.
    package let willScan: @Sendable () -> Void
    package let didScan: @Sendable () -> Void

    package init(
        allowance: Duration, server: ServerState, wasYielded: @escaping @Sendable () -> Bool = { false },
        willScan: @escaping @Sendable () -> Void = {}, didScan: @escaping @Sendable () -> Void = {}
    ) {
        self.allowance = allowance
        self.server = server
        self.wasYielded = wasYielded
        self.willScan = willScan
        self.didScan = didScan
    }
}
