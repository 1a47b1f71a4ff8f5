import HTTPServer
import Logging
import Postgres
import Runtime
import Systemd

/// What the supervisor hears while we run: how the servers fare, and that somebody is answered.
struct SignsOfLife: Sendable {
    let supervisor: Supervisor
    let list: Watchlist
    let client: OwnClient
    let log: Logger

    private static let statusInterval = Duration.seconds(15)

    /// Returns when its task is cancelled, or at once where nobody listens.
    func give() async {
        guard supervisor.isListening else { return }
        await withDiscardingTaskGroup { group in
            group.addTask { await keepStatus() }
            if let patience = supervisor.patience { group.addTask { await keepWatchdog(patience) } }
        }
    }

    private func keepStatus() async {
        var told = list.summary
        while (try? await Task.sleep(for: Self.statusInterval)) != nil {
            let summary = list.summary
            if summary != told { supervisor.tell(.status(summary)) }
            told = summary
        }
    }

    /// Twice in its patience where all is well; where not, there is time for some more attempts.
    private func keepWatchdog(_ patience: Duration) async {
        var wasHealthy = true
        var pause = Duration.zero
        while (try? await Task.sleep(for: pause)) != nil {
            let isHealthy = await isHealthy(within: patience / 4)
            if Task.isCancelled { return }
            if isHealthy {
                supervisor.tell(.watchdog)
            } else if wasHealthy {
                log.error("/-/healthy does not answer 200: the watchdog is not told that all is well")
            }
            wasHealthy = isHealthy
            pause = isHealthy ? patience / 2 : patience / 16
        }
    }

    /// As a client sees it who comes by one of our sockets.
    private func isHealthy(within timeout: Duration) async -> Bool {
        await firstAnswer(within: timeout) {
            await withCheckedContinuation { continuation in
                Thread.start { [client] in
                    continuation.resume(returning: client.finds("/-/healthy", within: timeout / 2))
                }
            }
        } ?? false
    }
}

extension Watchlist {
    /// For people: "watching 3 servers and 1 pool, 2 up".
    var summary: String {
        let (servers, pools) = states
        let known = (servers + pools).compactMap(\.self)
        let watched = [(servers.count, "server"), (pools.count, "pool")]
            .filter { $0.0 > 0 }.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
        let words = "watching \(watched.joined(separator: " and "))"
        return known.isEmpty ? words : "\(words), \(known.count { $0 }) up"
    }
}
