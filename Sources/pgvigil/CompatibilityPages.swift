import Collectors
import Dispatch
import Exposition
import HTTPServer
import PoolDefinitions
import Runtime
import Settings
import Synchronization

/// Pages with the names of other exporters, made away from the thread that asks, once for all who wait.
///
/// Each shows what is up of the targets, so that the limits of what collectors show are also its own.
final class CompatibilityPages: Sendable {
    /// Which page.
    struct Wanted: Hashable {
        let exporter: Settings.Exporter
        /// nil for all targets.
        let target: String?
    }

    typealias Reply = @Sendable (Response) -> Void

    private let list: Watchlist
    private let queue = DispatchQueue(label: "compatibility")
    private let waiting = Mutex<[Wanted: [Reply]]>([:])

    init(of list: Watchlist) {
        self.list = list
    }

    static func paths(of exporters: Set<Settings.Exporter>) -> [String] {
        Settings.Exporter.allCases.filter(exporters.contains).map(\.path)
    }

    func make(_ wanted: Wanted, _ reply: @escaping Reply) {
        let isFirst = waiting.withLock { waiting in
            waiting[wanted, default: []].append(reply)
            return waiting[wanted]?.count == 1
        }
        guard isFirst else { return }
        queue.async { [self] in
            // Whoever asks from now on gets a page of their own: this one may lack what is new by then.
            let replies = waiting.withLock { $0.removeValue(forKey: wanted) } ?? []
            let page = response(to: wanted)
            for reply in replies { reply(page) }
        }
    }

    private func response(to wanted: Wanted) -> Response {
        let poolers = list.poolers(of: wanted.exporter.kind).filter {
            wanted.target == nil || $0.target.name == wanted.target
        }
        let families = poolers.flatMap { pooler in
            wanted.exporter.families(from: pooler.families).map {
                RenderedFamily($0, of: pooler.target.labels)
            }
        }
        return Response(
            .ok, headers: [("Content-Type", Format.text.contentType)],
            body: Page(families, in: .text).pieces)
    }
}

extension Settings.Exporter {
    private static let folder = "/compat/"

    var path: String { Self.folder + rawValue }

    init?(path: String) {
        guard path.hasPrefix(Self.folder) else { return nil }
        self.init(rawValue: String(path.dropFirst(Self.folder.count)))
    }

    /// The poolers that it speaks of.
    fileprivate var kind: PoolerKind {
        switch self {
        case .pgbouncer: .pgbouncer
        }
    }

    fileprivate func families(from found: [MetricFamily]) -> [MetricFamily] {
        switch self {
        case .pgbouncer: PgBouncerExporter.families(from: found)
        }
    }
}
