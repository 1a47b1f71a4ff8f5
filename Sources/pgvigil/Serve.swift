import ArgumentParser
import CMemory
import HTTPServer
import Logging
import Postgres
import ServiceLifecycle
import Settings
import Systemd
import UnixSignals

/// `pgvigil serve`: the daemon.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watches the servers of the settings and serves /metrics, until it is told to stop.",
        discussion: """
            SIGHUP reads the settings again: servers that did not change keep their connections and counters.
            SIGTERM and SIGINT stop the daemon; statements under way are cancelled at the servers.

              pgvigil serve --config pgvigil.yml
              PGHOST=db1 PGUSER=pgvigil pgvigil serve --listen 127.0.0.1:9187
            """)

    @OptionGroup var options: SettingsOptions

    @Option(
        help: ArgumentHelp(
            "Serve here instead of where the settings say: HOST:PORT, [IPV6]:PORT, or :PORT.",
            valueName: "address"))
    var listen: [String] = []

    @Option(help: ArgumentHelp("Poll all servers this often, such as 15s.", valueName: "duration"))
    var interval: String?

    @Option(help: ArgumentHelp("debug, info, notice, warning or error.", valueName: "level"))
    var logLevel: String?

    func validate() throws {
        do throws(SettingsErrors) {
            _ = try overriding(Settings(servers: []))
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        let supervisor = Supervisor.take()
        memory_hold_little()
        ProcessEnvironment.prepare()
        let settings = try overriding(options.load())
        let output = LogOutput(settings.log)
        let log = output.logger()
        let daemon = Daemon(settings, log: log, output: output, supervisor: supervisor) {
            () throws(SettingsErrors) in try overriding(options.read())
        }
        var configuration = ServiceGroupConfiguration(
            services: [daemon], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "") { _ in
                SwiftLogNoOpLogHandler()  // What it would say of signals, we say ourselves.
            })
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as HTTPServerError {
            log.error("cannot serve", metadata: ["error": "\(error)"])
            throw ExitCode.targetFailed
        }
    }

    private func overriding(_ settings: Settings) throws(SettingsErrors) -> Settings {
        try settings.overriding(listen: listen.isEmpty ? nil : listen, interval: interval, logLevel: logLevel)
    }
}
