import Postgres
import Probes
import Runtime
import Settings

extension Discoveries {
    /// Looks once into each database of a server that jobs may look into; one that keeps us out has none.
    static func all(on server: Settings.Server) async throws(PostgresError) -> [DiscoveredProbe] {
        ProcessEnvironment.prepare()
        let session = Session(
            to: server.connectionTarget, limit: ConnectionLimit(1), canceller: Canceller())
        let patience = server.interval / 3
        let choice = server.databases
        let (own, databases) = try await session.use(connectBy: .after(patience)) {
            connection, _ throws(PostgresError) in
            (connection.database, try connection.databases(by: .after(patience)))
        }
        var found: [DiscoveredProbe] = []
        for database in choice.names(among: databases, own: own) {
            do throws(PostgresError) {
                found += try await session.use(of: database, connectBy: .after(patience)) {
                    connection, _ throws(PostgresError) in
                    try Discovery.probes(on: &connection, database: database, by: .after(patience))
                }
            } catch {
                continue
            }
        }
        await session.close()
        return found
    }
}

extension Settings.DatabaseChoice {
    /// Those that are looked into; `own` is where the server's connection leads to.
    func names(among existing: [String], own: String) -> [String] {
        switch self {
        case .all: existing
        case .own: [own]
        case .named(let names): names.filter(existing.contains)
        }
    }
}
