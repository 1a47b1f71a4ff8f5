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

    private let watcher: Session
    private let canceller: Canceller
    private let state = Mutex(State())

    package init(by watcher: Session, canceller: Canceller) {
        self.watcher = watcher
        self.canceller = canceller
    }

    package var hasYielded: Bool { state.withLock { $0.hasYielded } }

    /// Lends the session's connection to `body`, and looks after it meanwhile.
    package func use(
        _ session: Session, of database: String?, connectBy deadline: Deadline,
        _ body: @escaping @Sendable (inout Connection, _ isNew: Bool) throws(PostgresError) -> Void
    ) async throws(PostgresError) {
        let looking = Task { await look() }
        defer { looking.cancel() }
        try await session.use(of: database, connectBy: deadline) {
            [self] connection, isNew throws(PostgresError) in
            let watched = (connection.processID, connection.cancelKey())
            state.withLock { $0.watched = watched }
            defer { state.withLock { $0.watched = nil } }
            try body(&connection, isNew)
        }
    }

    private func look() async {
        var pause = Self.patience
        while (try? await Task.sleep(for: pause)) != nil {
            pause = Self.pause
            guard let processID = state.withLock({ $0.watched?.processID }) else { continue }
            let isAlone = await firstAnswer(within: Self.longestLook) { [watcher] in
                await Self.isAlone(processID, seenBy: watcher)
            }
            if isAlone != true { yield() }
        }
    }

    /// false where somebody waits, or where nobody can tell.
    private static func isAlone(_ processID: Int32, seenBy watcher: Session) async -> Bool {
        do throws(PostgresError) {
            return try await watcher.use(connectBy: .after(longestLook)) {
                connection, _ throws(PostgresError) in
                try !connection.hasWaiters(behind: processID, by: .after(longestLook))
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
