import ArgumentParser
import Postgres
import ProbeDefinitions
import Probes
import Settings

/// Which probe of the settings is meant.
struct ProbeChoice: ParsableArguments {
    @OptionGroup var options: SettingsOptions

    @Argument(help: ArgumentHelp("A probe of the settings, or one that was found.", valueName: "probe"))
    var name: String

    @Option(help: ArgumentHelp("Its server, where several have one of that name.", valueName: "name"))
    var server: String?

    func find() async throws -> ChosenProbe {
        let settings = try options.load()
        let servers = try settings.servers(named: server.map { [$0] } ?? [])
        let found = servers.flatMap { server in
            let target = server.connectionTarget.forProbes
            let searches = server.searchProbes.filter { $0.name == name }.map(ChosenProbe.Kind.search)
            let customs = server.customProbes.filter { $0.name == name }
                .map { ChosenProbe.Kind.custom($0, server.searchProbes) }
            return (searches + customs).map { ChosenProbe(kind: $0, target: target) }
        }
        if found.count == 1 { return found[0] }
        guard found.isEmpty else {
            throw ValidationError("Several servers have a probe \(name): name one with --server.")
        }
        let (probe, target) = try await discover(on: servers)
        return ChosenProbe(kind: .search(probe), target: target)
    }

    /// The search probe, and how to reach what it searches.
    func findSearch() async throws -> (probe: SearchProbe, target: ConnectionTarget) {
        let chosen = try await find()
        guard case .search(let probe) = chosen.kind else {
            throw ValidationError("\(name) is a custom probe: a sweep is of a search probe.")
        }
        return (probe, chosen.target)
    }

    /// Among the probes that `search: auto` makes; with several of the name the first server's.
    private func discover(on servers: [Settings.Server]) async throws -> (SearchProbe, ConnectionTarget) {
        var known = servers.flatMap { $0.searchProbes.map(\.name) + $0.customProbes.map(\.name) }
        for server in servers where server.search == .auto {
            let discovered: [SearchProbe]
            do throws(PostgresError) {
                discovered = Discoveries.chosen(of: try await Discoveries.all(on: server), on: server)
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
                ? "There are no probes."
                : "There is no probe \(name); there are \(known.joined(separator: ", ")).")
    }
}
