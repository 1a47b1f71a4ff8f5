package import Postgres

/// Keeps one connection, on a thread of its own, and lends it to one user at a time.
package actor Session {
    private nonisolated let executor = ThreadExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// How long a connection attempt is watched whose host has answered, but not the server.
    private static let longestAttempt = Duration.seconds(300)
    /// A connection older than this is replaced, so that nothing grows in it without end.
    private static let longestLife = Duration.seconds(3600)

    /// How long we wait for a cancel request before we stop: the server should hear it before we are gone.
    private static let farewell = Duration.seconds(2)

    /// How long a server that is asked to close a connection is waited for.
    private static let longestGoodbye = Duration.milliseconds(100)

    /// The same where another connection follows at once, which may need this one's place.
    private static let patientGoodbye = Duration.seconds(1)

    private var target: ConnectionTarget
    private let limit: ConnectionLimit
    private let canceller: Canceller
    private nonisolated let interrupt = Interrupt()
    private nonisolated let whereabouts = Whereabouts()

    /// Whether its place stays taken while there is no connection.
    private let keepsPlace: Bool

    /// At most one of the two is there, and then a place is taken for it.
    private var attempt: ConnectionAttempt?
    private var connection: Connection?
    private var place: ConnectionLimit.Place?
    private var begun = ContinuousClock.now
    private var abandoned: [Abandoned] = []

    /// A connection that we use no more, and the place that it takes until the server has closed its end.
    private struct Abandoned {
        let connection: AbandonedConnection
        let place: ConnectionLimit.Place?
        let since = ContinuousClock.now
    }

    /// With `keepsPlace` no other session of the target can take the last place before this one.
    package init(
        to target: ConnectionTarget, limit: ConnectionLimit, canceller: Canceller, keepsPlace: Bool = false
    ) {
        self.keepsPlace = keepsPlace
        place = keepsPlace ? limit.take() : nil
        self.target = target
        self.limit = limit
        self.canceller = canceller
    }

    /// Lends the connection to `body`, opening one first where there is none to this database.
    ///
    /// `database` is nil for that of the settings. What `body` leaves broken is closed; what it leaves busy
    /// is cancelled at the server and abandoned. `patience` begins when the session is free, and counts where
    /// it ends after the deadline.
    package func use<Answer: Sendable>(
        of database: String? = nil, connectBy deadline: Deadline, orWithin patience: Duration = .zero,
        _ body: @Sendable (inout Connection, _ isNew: Bool) throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer {
        defer { whereabouts.enter(.elsewhere) }
        let deadline = max(deadline, .after(patience))
        forgetEndedConnections()
        if database != target.database {
            // What is on its way to another database counts as a connection until it is there and closed.
            if attempt != nil {
                do throws(PostgresError) {
                    connection = try finishAttempt(by: deadline)
                } catch {
                    guard attempt == nil, error != .interrupted else { throw error }
                }
            }
            sayGoodbye()
            target.database = database
        }
        if begun.duration(to: .now) > Self.longestLife { sayGoodbye(within: Self.patientGoodbye) }
        let isNew = connection == nil
        var lent = try takeOrOpen(by: deadline)
        whereabouts.enter(.statement)
        let answer = Result { () throws(PostgresError) in
            if isNew { try lent.verifySettings(by: deadline) }
            return try body(&lent, isNew)
        }
        var isWorthKeeping = lent.isReusable
        if isNew, case .failure = answer { isWorthKeeping = false }  // It may be unverified.
        if isWorthKeeping {
            connection = consume lent
        } else if lent.isBusy {
            if let key = lent.cancelKey() {
                canceller.cancel(key, patience: interrupt.hasFired ? Self.farewell : .zero)
            }
            abandoned.append(Abandoned(connection: lent.abandon(), place: place))
            place = nil
        } else if !keepsPlace {
            place = nil
        }
        return try answer.get()
    }

    /// Closes the connection and gives its place back; an attempt that may still succeed is kept.
    package func disconnect() {
        sayGoodbye()
        if !keepsPlace, attempt == nil { place = nil }
    }

    /// Closes everything, for good.
    package func close() {
        attempt = nil
        disconnect()
    }

    /// Ends what is under way, and everything that is begun later, with `.interrupted`.
    package nonisolated func interruptForGood() {
        interrupt.fire()
    }

    /// What a caller says who gives up on the thread.
    package nonisolated var stuck: PostgresError { .stuck(at: whereabouts.stage) }

    // MARK: -

    /// Closes the connection; where the server takes its time, the place goes with it.
    private func sayGoodbye(within patience: Duration = Session.longestGoodbye) {
        guard let connection = connection.take() else { return }
        let closing = connection.close()
        guard !closing.isOver(within: patience) else { return }
        abandoned.append(Abandoned(connection: closing, place: place))
        place = nil
    }

    private func takeOrOpen(by deadline: Deadline) throws(PostgresError) -> Connection {
        if let connection = connection.take() { return connection }
        if attempt != nil, begun.duration(to: .now) > Self.longestAttempt { close() }
        let isOld = attempt != nil
        if attempt == nil {
            place = place ?? limit.take()
            guard place != nil else {
                throw .cannotConnect(
                    .connectionLimit,
                    "max_connections are open, counting those that the server has not closed yet")
            }
            begun = .now
            do throws(PostgresError) {
                attempt = try ConnectionAttempt(
                    to: target, by: deadline, unless: interrupt, noting: whereabouts)
            } catch {
                close()
                throw error
            }
        }
        do throws(PostgresError) {
            return try finishAttempt(by: deadline)
        } catch {
            // How an attempt of an earlier poll ended says nothing of the server as it is now.
            guard isOld, attempt == nil, error != .interrupted, !deadline.hasPassed else { throw error }
            return try takeOrOpen(by: deadline)
        }
    }

    /// Goes on with the attempt; one that times out is kept where the server may still take it.
    private func finishAttempt(by deadline: Deadline) throws(PostgresError) -> Connection {
        whereabouts.enter(.connection)
        guard var attempt = attempt.take() else { throw .cannotConnect(.other, "no attempt") }
        do throws(PostgresError) {
            try attempt.advance(by: deadline)
        } catch {
            guard error == .timedOut else {
                close()
                throw error
            }
            if attempt.mayStillSucceed { self.attempt = consume attempt } else { close() }
            throw .cannotConnect(.timeout, "the server did not let us in within the deadline")
        }
        return attempt.connection()
    }

    private func forgetEndedConnections() {
        abandoned.removeAll { $0.connection.isOver || $0.since.duration(to: .now) > Self.longestAttempt }
    }
}
