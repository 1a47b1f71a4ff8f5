import Synchronization

/// Where the thread of a session is, for whoever gives up on it.
package final class Whereabouts: Sendable {
    package enum Stage: UInt8, Sendable, CaseIterable, AtomicRepresentable {
        case elsewhere
        /// Reading the password's file, or waiting for its program.
        case password
        /// In libpq, which resolves the host's name and knows no deadline there.
        case name
        case connection
        /// Talking to the server, or making something of its answer.
        case statement
    }

    private let latest = Atomic(Stage.elsewhere)

    package init() {}

    package var stage: Stage { latest.load(ordering: .acquiring) }

    package func enter(_ stage: Stage) { latest.store(stage, ordering: .releasing) }
}

extension PostgresError {
    /// What a caller says who gave up on a thread that was there.
    package static func stuck(at stage: Whereabouts.Stage) -> PostgresError {
        switch stage {
        case .password: .cannotConnect(.passwordSource, "the password was not read in time")
        case .name: .cannotConnect(.nameResolution, "the host's name was not resolved in time")
        case .connection: .cannotConnect(.timeout, "connecting did not end in time")
        case .elsewhere, .statement: .timedOut
        }
    }
}
