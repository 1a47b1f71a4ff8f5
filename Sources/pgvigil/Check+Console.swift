import PoolDefinitions
import Postgres
import Runtime
import Settings

extension Settings.Server {
    /// What an operator can do about a server that lets us in and does not answer as one, or keeps us out.
    func remedy(for error: PostgresError) async -> String? {
        switch error {
        case .connectionLost, .statementFailed, .noTable:
            guard let kind = await consoleThere() else { return error.remedy }
            return """
                what answers there is the console of \(kind), which is no server: \
                move it from servers to pools, with kind: \(kind.rawValue)
                """
        case .cannotConnect, .timedOut, .interrupted: return error.remedy
        }
    }

    /// The pooler whose console answers in the place of a server; nil where none does.
    private func consoleThere() async -> PoolerKind? {
        for kind in [PoolerKind.pgbouncer, .pgcat, .pgdog, .odyssey] {
            let target = ConnectionTarget(
                conninfo: conninfo.revealed, password: passwordSource, kind: .pooler(kind),
                settings: SessionSettings(statementTimeout: interval / 3))
            let session = Session(to: target, limit: ConnectionLimit(1), canceller: Canceller())
            do throws(PostgresError) {
                try await session.use(connectBy: .after(interval / 3)) {
                    connection, _ throws(PostgresError) in
                    _ = try ServerState.read(from: &connection, by: .after(interval / 3))
                }
                return kind
            } catch {
                // Only a console of another kind is worth another question.
                guard case .cannotConnect(.invalidSettings, _) = error else { return nil }
            }
        }
        return nil
    }
}
