import ArgumentParser
import Collectors
import Exposition
import Logging
import Postgres
import Runtime
import Settings

/// `pgvigil collect`: one poll, to standard output.
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Polls once and prints the metrics.",
        discussion: """
              pgvigil collect --config pgvigil.yml --server main --collector database
              PGHOST=db1 pgvigil collect | promtool check metrics

            Left out are counters that begin at 0 when the daemon starts: one poll has nothing to say of them.
            """)

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case text
        case openmetrics

        var format: Format { self == .text ? .text : .openMetrics(.underscores) }
    }

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Only this target of the settings; may be repeated.", valueName: "name"))
    var server: [String] = []

    @Option(help: ArgumentHelp("Only this collector; may be repeated.", valueName: "name"))
    var collector: [String] = []

    @Option(help: "text or openmetrics.")
    var format = OutputFormat.text

    /// The settings know the operator's own collectors.
    private func validate(_ settings: Settings) throws {
        var known = Collector.all.map(\.name) + ConsoleCollector.all.map(\.name)
        for own in settings.servers.flatMap(\.ownCollectors) where !known.contains(own.name) {
            known.append(own.name)
        }
        if let unknown = collector.first(where: { !known.contains($0) }) {
            throw ValidationError(
                "There is no collector \(unknown); there are \(known.joined(separator: ", ")).")
        }
    }

    /// Counters that begin at 0 when the daemon does.
    private static let accumulated = Set(
        Collector.all.filter(\.accumulates).flatMap(\.columns).compactMap(\.metric)
            .filter { $0.kind == .counter }.map(\.name))

    func run() async throws {
        ProcessEnvironment.prepare()
        let settings = try options.load()
        try validate(settings)
        let watched = try settings.watched(named: server)
        var quiet = settings.log
        quiet.level = .warning
        let log = LogOutput(quiet).logger()
        let list = Watchlist(log: log)
        let targets = watched.map { target(for: $0, on: list, log) }
        let pools = collector.isEmpty ? settings.applicationPools(named: server) : []
        let endpoints = pools.map {
            EndpointTarget($0, into: ScrapeFindings(of: $0, on: list), on: list, log: log)
        }
        await withDiscardingTaskGroup { group in
            for endpoint in endpoints { group.addTask { await endpoint.poll() } }
            for target in targets {
                group.addTask {
                    await target.poll()
                    await target.lookAround()
                }
            }
        }
        let families = list.registry.contents(of: nil).families
        let begun = families.map(\.metric.name).filter(Self.accumulated.contains)
        if !begun.isEmpty {
            let names = Set(begun.map(\.description)).sorted().joined(separator: ", ")
            StandardError.print("collect: left out \(names): they count from the daemon's start")
        }
        let page = Page(families.filter { !begun.contains($0.metric.name) }, in: format.format)
        for piece in page.pieces { print(String(decoding: piece, as: UTF8.self), terminator: "") }
        let failed = targets.map(\.record).contains { record in
            record.isUp != true || record.jobs.contains { $0.isSuccess == false }
        }
        if failed || endpoints.contains(where: { $0.isUp != true }) { throw ExitCode.targetFailed }
    }

    private func target(for watched: Settings.Watched, on list: Watchlist, _ log: Logger) -> Target {
        func isChosen(_ name: String) -> Bool { collector.isEmpty || collector.contains(name) }
        return switch watched {
        case .server(let server):
            Target(
                server, collectors: server.activeCollectors.filter { isChosen($0.name) }, atEachPoll: true,
                on: list, log: log)
        case .pooler(let pooler):
            Target(
                pooler, collectors: pooler.activeCollectors.filter { isChosen($0.name) }, atEachPoll: true,
                into: PoolerFindings(of: pooler), on: list, log: log)
        }
    }
}

extension Settings {
    /// The targets of these names, all where there are none; an unknown name is an error of the command line.
    func watched(named names: [String]) throws -> [Watched] {
        let others = names.filter { name in !applicationPools.contains { $0.name == name } }
        if others.isEmpty, !names.isEmpty { return [] }
        return try Self.chosen(others, from: watched, as: "target", \.name)
    }

    /// The application pools among the targets of these names, all where there are none.
    func applicationPools(named names: [String]) -> [ApplicationPool] {
        names.isEmpty ? applicationPools : applicationPools.filter { names.contains($0.name) }
    }

    /// The same of servers alone.
    func servers(named names: [String]) throws -> [Server] {
        try Self.chosen(names, from: servers, as: "server", \.name)
    }

    private static func chosen<Target>(
        _ names: [String], from all: [Target], as noun: String, _ name: (Target) -> String
    ) throws -> [Target] {
        if let unknown = names.first(where: { wanted in !all.contains { name($0) == wanted } }) {
            let known = all.isEmpty ? "none" : all.map(name).joined(separator: ", ")
            throw ValidationError("The settings have no \(noun) \(unknown); they have \(known).")
        }
        return names.isEmpty ? all : all.filter { names.contains(name($0)) }
    }

    /// The one that is meant: with several, it has to be named.
    func server(named name: String?) throws -> Server {
        let servers = try servers(named: name.map { [$0] } ?? [])
        guard let server = servers.first, servers.count == 1 else {
            let names = servers.map(\.name).joined(separator: ", ")
            throw ValidationError("The settings have several servers (\(names)): name one with --server.")
        }
        return server
    }
}
