import Logging
import Postgres
import ProbeDefinitions
import Probes
import Runtime
import Settings
import Synchronization

/// The vector indexes of a server that may be probed although no settings name them.
final class Discoveries: Sendable {
    /// The largest of a server; more would cost it more than they tell.
    private static let most = 5
    private static let interval = Duration.seconds(300)

    /// The probes that follow, whenever they are others than before.
    let changes: AsyncStream<[SearchProbe]>
    private let continuation: AsyncStream<[SearchProbe]>.Continuation
    private let state = Mutex(State())
    private let server: Settings.Server
    private let log: Logger

    private struct State {
        /// By database.
        var found: [String: [DiscoveredProbe]] = [:]
        var latest: [SearchProbe] = []
        /// By database, the indexes of which the log has said that their tables cannot be read.
        var unreadable: [String: Set<String>] = [:]
    }

    init(on server: Settings.Server, log: Logger) {
        self.server = server
        var log = log
        log[metadataKey: "server"] = "\(server.name)"
        self.log = log
        (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    deinit {
        continuation.finish()
    }

    /// By which `pgvigil_collector_*` knows the job.
    static let jobName = "discovery"

    /// Looks for them in each database.
    var job: Job {
        Job(Self.jobName, every: Self.interval) { [self] connection, _, deadline throws(JobFailure) in
            let database = connection.database
            do throws(PostgresError) {
                let existing = try connection.databases(by: deadline)
                let found = try Discovery.probes(on: &connection, database: database, by: deadline)
                forget(allBut: existing)  // One that was dropped is looked into no more.
                note(found, in: database)
                var findings = Findings(families: [])
                findings.rows = found.count
                return findings
            } catch {
                throw JobFailure(error)
            }
        }
    }

    private func forget(allBut databases: [String]) {
        state.withLock { state in
            state.found = state.found.filter { databases.contains($0.key) }
            state.unreadable = state.unreadable.filter { databases.contains($0.key) }
        }
    }

    private func note(_ probes: [DiscoveredProbe], in database: String) {
        let changed = state.withLock { state -> [SearchProbe]? in
            state.found[database] = probes
            let latest = Self.chosen(of: state.found.values.flatMap(\.self), on: server)
            guard latest != state.latest else { return nil }
            state.latest = latest
            return latest
        }
        if let changed { continuation.yield(changed) }
        sayUnreadable(in: database)
    }

    /// One line when such an index is first seen; none while it stays as it is.
    private func sayUnreadable(in database: String) {
        let fresh = state.withLock { state -> Set<String> in
            let names = Set(
                Self.unreadable(of: state.found[database] ?? [], on: server).map(\.fullIndexName))
            defer { state.unreadable[database] = names }
            return names.subtracting(state.unreadable[database] ?? [])
        }
        guard !fresh.isEmpty else { return }
        let shown = fresh.sorted().prefix(Self.most).joined(separator: ", ")
        let rest = fresh.count > Self.most ? " and \(fresh.count - Self.most) more" : ""
        log.notice(
            "no probe searches indexes whose tables the role may not read: pgvigil check names the GRANTs",
            metadata: ["database": "\(database)", "indexes": "\(shown)\(rest)"])
    }

    /// The largest of them that no probe of the settings searches, each with a name that no probe has.
    static func chosen(of found: [DiscoveredProbe], on server: Settings.Server) -> [SearchProbe] {
        let taken = server.searchProbes.map(\.name) + server.customProbes.map(\.name)
        let readable = unprobed(of: found, by: server.searchProbes).filter(\.isReadable)
        return Discovery.named(readable, besides: Set(taken))
            .sorted { ($0.indexBytes, $1.probe.name) > ($1.indexBytes, $0.probe.name) }
            .prefix(most).map(\.probe)
    }

    /// Those that no probe searches because the role may not read their tables.
    static func unreadable(of found: [DiscoveredProbe], on server: Settings.Server) -> [DiscoveredProbe] {
        unprobed(of: found, by: server.searchProbes).filter { !$0.isReadable }
    }

    static func unprobed(of found: [DiscoveredProbe], by configured: [SearchProbe]) -> [DiscoveredProbe] {
        found.filter { discovered in !configured.contains { $0.searchesTheSame(as: discovered.probe) } }
    }
}

extension DiscoveredProbe {
    fileprivate var fullIndexName: String { "\(probe.target.schema).\(indexName)" }
}

extension SearchProbe {
    /// Whether both search the same column or expression; a probe without a database may be anywhere.
    fileprivate func searchesTheSame(as other: SearchProbe) -> Bool {
        target.schema == other.target.schema && target.table == other.target.table
            && target.searched == other.target.searched && (database ?? other.database) == other.database
    }
}
