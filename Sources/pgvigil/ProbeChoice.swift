import ArgumentParser
import Postgres
import Probes
import Runtime
import Settings

/// Which probe of the settings is meant.
struct ProbeChoice: ParsableArguments {
    @OptionGroup var options: SettingsOptions

    @Argument(help: ArgumentHelp("A search probe of the settings.", valueName: "probe"))
    var name: String

    @Option(help: ArgumentHelp("Its server, where several have one of that name.", valueName: "name"))
    var server: String?

    /// The search probe, and how to reach what it searches.
    func find() throws -> (probe: SearchProbe, target: ConnectionTarget) {
        let settings = try options.load()
        let servers = try settings.servers(named: server.map { [$0] } ?? [])
        let found = servers.flatMap { server in
            server.searches.filter { $0.name == name }.map { ($0, server.connectionTarget.forProbes) }
        }
        guard let first = found.first else {
            let known = servers.flatMap(\.searches).map(\.name)
            throw ValidationError(
                known.isEmpty
                    ? "The settings have no search probes."
                    : "The settings have no search probe \(name); they have \(known.joined(separator: ", ")).")
        }
        guard found.count == 1 else {
            throw ValidationError("Several servers have a probe \(name): name one with --server.")
        }
        return first
    }
}

/// Lends a connection of a probe's by hand, looked after as the daemon's are.
func lend(
    _ target: ConnectionTarget, of database: String?,
    _ body: @escaping @Sendable (inout Connection, ServerState) throws(PostgresError) -> Void
) async throws {
    NameResolution.limitPatience()
    let (limit, canceller) = (ConnectionLimit(2), Canceller())
    let session = Session(to: target, limit: limit, canceller: canceller)
    let watch = Watch(by: Session(to: target, limit: limit, canceller: canceller), canceller: canceller)
    do throws(PostgresError) {
        let deadline = Deadline.after(.seconds(10))
        try await watch.use(session, of: database, connectBy: deadline) {
            connection, _ throws(PostgresError) in
            let state = try ServerState.read(from: &connection, by: deadline)
            try body(&connection, state)
        }
        await session.close()
    } catch {
        StandardError.print("probe: \(error)" + (error.remedy.map { "\n  mend: \($0)" } ?? ""))
        throw ExitCode.targetFailed
    }
}
