package import Postgres
import Synchronization

/// Looks for sessions that wait behind one of ours, and has its statement cancelled for them.
///
/// So no statement of ours keeps anybody waiting for more than a second: one that cannot be looked after is
/// cancelled too.
package final class Watch: Sendable {
    private struct State {
        var watched: (processID: Int32, key: CancelKey?)?
        var hasYielded = false
    }

    /// A statement that has ended by then was none to look after.
    private static let patience = Duration.milliseconds(400)
    private static let pause = Duration.milliseconds(200)
    /// How long a look may take; then the statement has run unwatched for almost a second.
    private static let longestLook = Duration.milliseconds(300)
    /// How long the watcher goes on with a look that nobody waits for any more: it is the session of the
    /// polls, and giving up on the statement would cost them their connection.
    private static let longestAnswer = Duration.seconds(2)

    private let watcher: Session
    private let canceller: Canceller
    private let note: @Sendable (Connection.Usage, _ isNew: Bool) -> Void
    private let state = Mutex(State())

    /// `note` hears what each look has asked of the server, and whether it had to connect for it.
    package init(
        by watcher: Session, canceller: Canceller,
        note: @escaping @Sendable (Connection.Usage, _ isNew: Bool) -> Void = { _, _ in }
    ) {
        self.watcher = watcher
        self.canceller = canceller
        self.note = note
    }

    package var hasYielded: Bool { state.withLock { $0.hasYielded } }

    /// Lends the session's connection to `body`, and looks after it meanwhile.
    ///
    /// Not through a pooler, whose process numbers are not the server's.
    package func use(
        _ session: Session, of database: String?, connectBy deadline: Deadline,
        orWithin patience: Duration = .zero,
        _ body: @escaping @Sendable (inout Connection, _ isNew: Bool) throws(PostgresError) -> Void
    ) async throws(PostgresError) {
        let looking = Task { await look() }
        defer { looking.cancel() }
        try await session.use(of: database, connectBy: deadline, orWithin: patience) {
            [self] connection, isNew throws(PostgresError) in
            let watched = (connection.processID, connection.cancelKey())
            let isWatchable = !connection.isWrapped
            state.withLock { $0.watched = isWatchable ? watched : nil }
            defer { state.withLock { $0.watched = nil } }
            try body(&connection, isNew)
        }
    }

    private func look() async {
        var pause = Self.patience
        while (try? await Task.sleep(for: pause)) != nil {
            pause = Self.pause
            guard let processID = state.withLock({ $0.watched?.processID }) else { continue }
            let isAlone = await firstAnswer(within: Self.longestLook) { [self] in
                await seesAlone(processID)
            }
            if isAlone != true { yield() }
        }
    }

    /// false where somebody waits, or where nobody can tell.
    private func seesAlone(_ processID: Int32) async -> Bool {
        do throws(PostgresError) {
            return try await watcher.use(connectBy: .after(Self.longestLook)) {
                [self] connection, isNew throws(PostgresError) in
                let before = isNew ? Connection.Usage() : connection.usage
                defer { note(connection.usage.since(before), isNew) }
                // The watcher may have been at work until after the statement had ended.
                guard state.withLock({ $0.watched?.processID == processID }) else { return true }
                return try connection.hasWaiters(behind: processID, by: .after(Self.longestAnswer)) == false
            }
        } catch {
            return false
        }
    }

    private func yield() {
        // What has ended meanwhile is not cancelled: the next statement of the session is not to blame.
        let key = state.withLock { state -> CancelKey? in
            guard let watched = state.watched, !Task.isCancelled else { return nil }
            state.hasYielded = true
            return watched.key
        }
        if let key { canceller.cancel(key, patience: .zero) }
    }
}
