import ArgumentParser
import Collectors
import Exposition
import Glibc
import Postgres
import Runtime
import Settings

/// `pgvigil check`: whether all would work, and what mends what would not.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks the settings, each server, and each collector on it.",
        discussion: """
              pgvigil check --config pgvigil.yml
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Only this server of the settings; may be repeated.", valueName: "name"))
    var server: [String] = []

    func run() async throws {
        NameResolution.limitPatience()
        let servers = try options.load().servers(named: server)
        let report = CheckReport(isColored: isatty(STDOUT_FILENO) == 1)
        report.good("settings", "\(servers.count) \(servers.count == 1 ? "server" : "servers")")
        var isGood = true
        for server in servers where await !check(server, report) { isGood = false }
        if !isGood { throw ExitCode.targetFailed }
    }

    private func check(_ server: Settings.Server, _ report: CheckReport) async -> Bool {
        report.title(server.name)
        let session = Session(
            to: server.connectionTarget, limit: ConnectionLimit(server.maxConnections), canceller: Canceller()
        )
        let collectors = server.activeCollectors
        do throws(PostgresError) {
            return try await session.use(connectBy: .after(server.interval / 3)) {
                connection, _ throws(PostgresError) in
                let state = try ServerState.read(from: &connection, by: .after(server.interval / 3))
                report.good("connection", Self.describe(state, isWrapped: connection.isWrapped))
                var isGood = true
                for collector in collectors {
                    isGood = Self.check(collector, &connection, state, server.interval, report) && isGood
                }
                return isGood
            }
        } catch {
            report.bad("connection", "\(error)", remedy: error.remedy)
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
        do throws(CollectorError) {
            let found = try collector.collect(from: &connection, state, by: .after(interval / 3))
            let series = found.families.reduce(0) { $0 + $1.samples.count }
            report.good(collector.name, "\(series) series")
            return true
        } catch {
            report.bad(collector.name, "\(error)", remedy: error.remedy(for: state))
            return false
        }
    }
}

extension CollectorError {
    /// What an operator can do about it; nil where that is not known.
    fileprivate func remedy(for state: ServerState) -> String? {
        if case .unmet(let requirement) = self { requirement.remedy(for: state) } else { nil }
    }
}

extension PostgresError {
    /// What an operator can do about it; nil where that is not known.
    fileprivate var remedy: String? {
        guard case .cannotConnect(let failure, _) = self else { return nil }
        return switch failure {
        case .authentication: "check the role, its password and the server's pg_hba.conf"
        case .connectionLimit: "raise max_connections of this server in the settings"
        case .invalidSettings: "check conninfo in the settings: keyword=value pairs or a postgresql:// URI"
        case .nameResolution: "check the host's name, and the resolver of this machine"
        case .noDatabase: "create the database, or name another with dbname"
        case .passwordSource: "check password_file, password_credential or password_command in the settings"
        case .refused: "check host and port, and that the server runs and listens there (listen_addresses)"
        case .startingUp: "wait until the server has started"
        case .timeout, .unreachable: "check host, port and the network between, firewalls included"
        case .tls: "check sslmode and the certificates"
        case .tooManyConnections: "close connections, or raise max_connections of PostgreSQL"
        case .other: nil
        }
    }
}
