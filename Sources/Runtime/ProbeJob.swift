package import Exposition
package import Postgres

/// Something that is measured on a grid of its own, in sessions that no poll uses.
package struct ProbeJob: Sendable {
    package let name: String
    /// nil for the database of the settings.
    package let database: String?
    package let interval: Duration
    /// How long a connection may take; what is asked has its own limits.
    package let timeout: Duration
    /// Every how many ticks a fresh session is used besides; 0 for never.
    package let coldEvery: Int
    /// nil where nothing is checked on a slow schedule of its own.
    package let truthInterval: Duration?
    let actions: Actions

    package init(
        _ name: String, of database: String?, every interval: Duration, timeout: Duration, coldEvery: Int = 0,
        truthEvery truthInterval: Duration? = nil, actions: Actions
    ) {
        self.name = name
        self.database = database
        self.interval = interval
        self.timeout = timeout
        self.coldEvery = coldEvery
        self.truthInterval = truthInterval
        self.actions = actions
    }

    /// Tells it of ticks that passed while an earlier one was at work.
    package func miss(_ ticks: [Point], seen: ContinuousClock.Instant) {
        if !ticks.isEmpty { actions.miss(ticks, seen) }
    }

    /// What is done, on a session's thread, and who hears what could not be done.
    package struct Actions: Sendable {
        package typealias Use = @Sendable (inout Connection, Occasion) throws(PostgresError) -> Void

        /// Measures, at `occasion.due`.
        let measure: Use
        /// Checks what is dear to check.
        let check: Use
        /// There is no connection, or none to the right server.
        let fail: @Sendable (Obstacle) -> Void
        /// Ticks passed while an earlier one was still at work, which ended at `seen`.
        let miss: @Sendable (_ ticks: [Point], _ seen: ContinuousClock.Instant) -> Void
        let families: @Sendable () -> [MetricFamily]
        /// Whether a fresh session has something to measure yet.
        let isReady: @Sendable () -> Bool
        /// Nobody knows any more how things are: only what was counted is still true.
        let withdraw: @Sendable () -> Void

        package init(
            measure: @escaping Use, check: @escaping Use = { _, _ in },
            fail: @escaping @Sendable (Obstacle) -> Void,
            miss: @escaping @Sendable (_ ticks: [Point], _ seen: ContinuousClock.Instant) -> Void,
            families: @escaping @Sendable () -> [MetricFamily],
            isReady: @escaping @Sendable () -> Bool = { true },
            withdraw: @escaping @Sendable () -> Void = {}
        ) {
            self.measure = measure
            self.check = check
            self.fail = fail
            self.miss = miss
            self.families = families
            self.isReady = isReady
            self.withdraw = withdraw
        }
    }
}

extension ProbeJob {
    /// A tick, by the clock that threads wait by.
    package struct Point: Sendable {
        package let number: Int
        package let due: ContinuousClock.Instant

        package init(number: Int, due: ContinuousClock.Instant) {
            self.number = number
            self.due = due
        }
    }

    /// When and how a connection is lent.
    package struct Occasion: Sendable {
        package let point: Point
        package let server: ServerState
        package let isNewConnection: Bool
        /// How long connecting took, where the session is a fresh one for this occasion only.
        package let connecting: Duration?
        /// The longest that a transaction may take: with nobody to look for sessions behind it, a second.
        package let allowance: Duration
        /// Whether the statement under way was cancelled since somebody waited for it.
        package let hasYielded: @Sendable () -> Bool
        /// Until when the session is nobody else's, as it looks now.
        package let freeUntil: @Sendable () -> ContinuousClock.Instant
    }

    /// Why what is due cannot be done.
    package struct Obstacle: Sendable {
        package enum Kind: Sendable {
            case measure
            case cold
            case check
        }

        package enum Cause: Sendable, Equatable {
            case noConnection(PostgresError)
            /// The session is with another server than the one that is polled.
            case otherServer
        }

        package let kind: Kind
        package let point: Point
        package let cause: Cause
    }
}
