import CMemory
import HTTPServer
import Logging
import ServiceLifecycle
import Settings
import Systemd
import UnixSignals

/// Watches, serves and reloads, from start to graceful shutdown.
struct Daemon: Service {
    private let settings: Settings
    private let log: Logger
    private let output: LogOutput
    private let supervisor: Supervisor
    private let read: @Sendable () throws(SettingsErrors) -> Settings

    init(
        _ settings: Settings, log: Logger, output: LogOutput, supervisor: Supervisor,
        read: @escaping @Sendable () throws(SettingsErrors) -> Settings
    ) {
        self.settings = settings
        self.log = log
        self.output = output
        self.supervisor = supervisor
        self.read = read
    }

    /// How long clients who are connected when we stop may still be answered.
    private static let farewell = Duration.milliseconds(250)

    func run() async throws {
        let reloads = await UnixSignalsSequence(trapping: .sighup)  // Untrapped, it would end us.
        let list = Watchlist(log: log)
        let own = SelfMetrics(of: list)
        let site = Site(of: list, own)
        let server = try listen { site.answer($0) }
        log.info(
            "serving",
            metadata: [
                "version": "\(BuildInfo.version)", "addresses": "\(server.addresses.joined(separator: " "))",
                "servers": "\(settings.servers.count)", "pools": "\(settings.poolers.count)",
                "application_pools": "\(settings.applicationPools.count)",
            ])
        list.compatibility = settings.compatibility
        await list.change(to: settings)
        // Ready is who answers; a server that is down keeps nothing from starting.
        if !tellReady(list) {
            log.warning("systemd cannot be told that pgvigil is ready: NOTIFY_SOCKET leads nowhere")
        }
        let signs = SignsOfLife(supervisor: supervisor, list: list, client: server.ownClient, log: log)
        await withDiscardingTaskGroup { group in
            group.addTask { await signs.give() }
            await reload(list, own, at: reloads)
            group.cancelAll()
        }
        log.info("stopping")
        supervisor.tell(.stopping)
        server.stop(patience: Self.farewell)  // First: no page is to show the servers leaving.
        await list.stop()
    }

    private func listen(_ respond: @escaping HTTPServer.Respond) throws(HTTPServerError) -> HTTPServer {
        let limits = HTTPServer.Limits(
            connections: settings.page.maxConnections, idle: settings.page.idleTimeout)
        guard supervisor.sockets.isEmpty else {
            log.notice("serving on the sockets that systemd passed, not where the settings say")
            return try .serve(onSockets: supervisor.sockets, limits: limits, respond: respond)
        }
        let addresses = settings.page.listen.compactMap { ListenAddress($0) }
        return try .listen(on: addresses, limits: limits, respond: respond)
    }

    /// Returns when the daemon is told to stop.
    private func reload(_ list: Watchlist, _ own: SelfMetrics, at signals: UnixSignalsSequence) async {
        for await _ in signals.cancelOnGracefulShutdown() {
            supervisor.tell(.reloading(microseconds: Supervisor.monotonicMicroseconds))
            await reload(list, own)
            tellReady(list)
        }
    }

    /// Tells systemd, and gives back what only reading the settings needed.
    @discardableResult private func tellReady(_ list: Watchlist) -> Bool {
        defer { memory_leave_code() }
        return supervisor.tell(.ready, .status(list.summary))
    }

    private func reload(_ list: Watchlist, _ own: SelfMetrics) async {
        do throws(SettingsErrors) {
            let fresh = try read()
            output.change(to: fresh.log)
            await list.change(to: fresh)
            list.compatibility = fresh.compatibility
            own.noteReload(isSuccess: true)
            log.notice(
                "settings reloaded",
                metadata: [
                    "servers": "\(fresh.servers.count)", "pools": "\(fresh.poolers.count)",
                    "application_pools": "\(fresh.applicationPools.count)",
                ])
            if fresh.page != settings.page {
                log.warning("the settings under server: take effect at the next start")
            }
        } catch {
            own.noteReload(isSuccess: false)
            log.error("settings refused, the old ones stay in force", metadata: ["error": "\(error)"])
        }
    }
}
