import ArgumentParser
import Collectors
import Exposition
import Glibc
import Postgres
import ProbeDefinitions
import Runtime
import Settings

/// `pgvigil check`: whether all would work, and what mends what would not.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks the settings, each target, and each collector on it.",
        discussion: """
              pgvigil check --config pgvigil.yml
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Only this target of the settings; may be repeated.", valueName: "name"))
    var server: [String] = []

    func run() async throws {
        ProcessEnvironment.prepare()
        let settings = try options.load()
        let watched = try settings.watched(named: server)
        let report = CheckReport(
            isColored: isatty(STDOUT_FILENO) == 1,
            width: watched.flatMap(\.subjects).map(\.count).reduce(10, max))
        let pools = settings.applicationPools(named: server)
        let count = watched.count + pools.count
        report.good("settings", "\(count) \(count == 1 ? "target" : "targets")")
        for note in settings.notes { report.note("settings", "\(note)") }
        var isGood = true
        for target in watched {
            report.title(target.name)
            if await !isInOrder(target, report) { isGood = false }
        }
        for pool in pools {
            isGood = ApplicationPoolCheck(pool, report).run() && isGood
        }
        if !isGood { throw ExitCode.targetFailed }
    }

    private func isInOrder(_ target: Settings.Watched, _ report: CheckReport) async -> Bool {
        switch target {
        case .server(let server):
            guard await check(server, report) else { return false }
            let ownCollectorsWork = await OwnCollectorCheck(server, report).isGood
            return await ProbeCheck(server, report).isGood && ownCollectorsWork
        case .pooler(let pooler): return await PoolerCheck(pooler, report).isGood
        }
    }

    private func check(_ server: Settings.Server, _ report: CheckReport) async -> Bool {
        let session = Session(
            to: server.connectionTarget, limit: ConnectionLimit(server.maxConnections), canceller: Canceller()
        )
        let collectors = server.catalogueCollectors
        do throws(PostgresError) {
            return try await session.use(connectBy: .after(server.interval / 3)) {
                connection, _ throws(PostgresError) in
                let state = try ServerState.read(from: &connection, by: .after(server.interval / 3))
                report.good("connection", Self.describe(state, isWrapped: connection.isWrapped))
                let existing = try connection.databases(by: .after(server.interval / 3))
                let databases = server.databases.names(among: existing, own: connection.database)
                Self.reportConnections(of: server, databases: databases.count, report)
                var isGood = true
                for collector in collectors {
                    isGood = Self.check(collector, &connection, state, server.interval, report) && isGood
                }
                try Self.reportWishes(
                    of: collectors.filter { $0.applies(to: state) }, &connection,
                    by: .after(server.interval / 3), report)
                return isGood
            }
        } catch {
            report.bad("connection", "\(error)", remedy: await server.remedy(for: error))
            return false
        }
    }

    private static func describe(_ state: ServerState, isWrapped: Bool) -> String {
        let rights = state.predefinedRoles.sorted().joined(separator: ", ")
        return """
            PostgreSQL \(state.majorVersion), \(state.isInRecovery ? "in recovery" : "primary"), \
            role \(state.roleName) \
            \(rights.isEmpty ? "without predefined roles" : "with the rights of \(rights)")\
            \(isWrapped ? "; session settings go with each statement" : "")
            """
    }

    private static func check(
        _ collector: Collector, _ connection: inout Connection, _ state: ServerState, _ interval: Duration,
        _ report: CheckReport
    ) -> Bool {
        guard collector.applies(to: state) else {
            let isTooOld = state.majorVersion < collector.since
            report.good(
                collector.name,
                "not asked, is for \(isTooOld ? "PostgreSQL \(collector.since) or later" : "standbys")")
            return true
        }
        do throws(CollectorError) {
            let found = try collector.collect(from: &connection, state, by: .after(interval / 3))
            let series = found.families.reduce(0) { $0 + $1.samples.count }
            report.good(collector.name, "\(series) series")
            return true
        } catch {
            report.bad(collector.name, "\(error)", remedy: error.remedy(for: collector, on: state))
            return false
        }
    }

    /// Names the settings of the server without which collectors say less than they could.
    private static func reportWishes(
        of collectors: [Collector], _ connection: inout Connection, by deadline: Deadline,
        _ report: CheckReport
    ) throws(PostgresError) {
        let rows = try connection.query(
            """
            /* pgvigil check */
            SELECT name,
                   setting,
                   context = 'postmaster' AS needs_restart
            FROM pg_catalog.pg_settings
            """, by: deadline)
        for row in 0..<rows.count {
            for wish in Set(collectors.flatMap(\.wishes)) {
                guard rows.text(row: row, column: 0) == wish.name,
                    let setting = rows.text(row: row, column: 1), setting != wish.value
                else { continue }
                let names = collectors.filter { $0.wishes.contains(wish) }.map(\.name)
                let needsRestart = rows.truth(row: row, column: 2) == true
                let effect = needsRestart ? "then restart PostgreSQL" : "then SELECT pg_reload_conf();"
                report.note(
                    wish.name, "is \(setting): \(names.joined(separator: ", ")) cannot say \(wish.gain)",
                    remedy: "ALTER SYSTEM SET \(wish.name) = \(wish.value); \(effect)")
            }
        }
    }
}

extension Settings.Watched {
    /// What lines of the report are about.
    fileprivate var subjects: [String] {
        switch self {
        case .server(let server):
            server.activeCollectors.map(\.name) + server.searchProbes.map(\.name)
                + server.customProbes.map(\.name) + server.vectorColumns.map(\.subject)
        case .pooler(let pooler): pooler.activeCollectors.map(\.name)
        }
    }
}
