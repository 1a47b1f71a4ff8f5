import HTTPServer
import Logging
import ServiceLifecycle
import Settings
import UnixSignals

/// Watches, serves and reloads, from start to graceful shutdown.
struct Daemon: Service {
    private let settings: Settings
    private let log: Logger
    private let output: LogOutput
    private let read: @Sendable () throws(SettingsErrors) -> Settings

    init(
        _ settings: Settings, log: Logger, output: LogOutput,
        read: @escaping @Sendable () throws(SettingsErrors) -> Settings
    ) {
        self.settings = settings
        self.log = log
        self.output = output
        self.read = read
    }

    func run() async throws {
        let list = Watchlist(log: log)
        let own = SelfMetrics(of: list)
        let site = Site(of: list, own)
        let server = try HTTPServer.listen(
            on: settings.page.listen.compactMap { ListenAddress($0) },
            limits: HTTPServer.Limits(
                connections: settings.page.maxConnections, idle: settings.page.idleTimeout)
        ) { site.answer($0) }
        log.info(
            "serving",
            metadata: [
                "version": "\(BuildInfo.version)", "addresses": "\(server.addresses.joined(separator: " "))",
                "servers": "\(settings.servers.count)",
            ])
        await list.change(to: settings.servers)
        await reloadOnSignal(list, own)
        log.info("stopping")
        await list.stop()
        server.stop()
    }

    /// Returns when the daemon is told to stop.
    private func reloadOnSignal(_ list: Watchlist, _ own: SelfMetrics) async {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do throws(SettingsErrors) {
                let fresh = try read()
                output.change(to: fresh.log)
                await list.change(to: fresh.servers)
                own.noteReload(isSuccess: true)
                log.notice("settings reloaded", metadata: ["servers": "\(fresh.servers.count)"])
                if fresh.page != settings.page {
                    log.warning("the settings under server: take effect at the next start")
                }
            } catch {
                own.noteReload(isSuccess: false)
                log.error("settings refused, the old ones stay in force", metadata: ["error": "\(error)"])
            }
        }
    }
}
