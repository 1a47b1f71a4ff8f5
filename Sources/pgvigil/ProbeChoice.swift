import ArgumentParser
import Postgres
import Probes
import Settings

/// Which probe of the settings is meant.
struct ProbeChoice: ParsableArguments {
    @OptionGroup var options: SettingsOptions

    @Argument(help: ArgumentHelp("A search probe of the settings.", valueName: "probe"))
    var name: String

    @Option(help: ArgumentHelp("Its server, where several have one of that name.", valueName: "name"))
    var server: String?

    /// The search probe, and how to reach what it searches.
    func find() async throws -> (probe: SearchProbe, target: ConnectionTarget) {
        let settings = try options.load()
        let servers = try settings.servers(named: server.map { [$0] } ?? [])
        let found = servers.flatMap { server in
            server.searches.filter { $0.name == name }.map { ($0, server.connectionTarget.forProbes) }
        }
        if found.count == 1 { return found[0] }
        guard found.isEmpty else {
            throw ValidationError("Several servers have a probe \(name): name one with --server.")
        }
        guard !servers.flatMap(\.customs).contains(where: { $0.name == name }) else {
            throw ValidationError("\(name) is a custom probe: pgvigil check looks at its statements.")
        }
        return try await discover(on: servers)
    }

    /// Among the probes that `search: auto` makes; with several of the name the first server's.
    private func discover(on servers: [Settings.Server]) async throws -> (SearchProbe, ConnectionTarget) {
        var known = servers.flatMap(\.searches).map(\.name)
        for server in servers where server.search == .auto {
            let discovered: [SearchProbe]
            do throws(PostgresError) {
                discovered = Discoveries.chosen(
                    of: try await Discoveries.all(on: server), besides: server.searches)
            } catch {
                StandardError.print("probe: \(server.name): \(error)")
                throw ExitCode.targetFailed
            }
            if let probe = discovered.first(where: { $0.name == name }) {
                return (probe, server.connectionTarget.forProbes)
            }
            known += discovered.map(\.name)
        }
        throw ValidationError(
            known.isEmpty
                ? "There are no search probes."
                : "There is no search probe \(name); there are \(known.joined(separator: ", ")).")
    }
}
