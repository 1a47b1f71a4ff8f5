import Exposition
import Pools
import Runtime
import Synchronization

/// What a server's collectors found last that the pools want to know which lead to it.
final class ServerFindings: Sendable {
    private let places = Mutex(ServerPlaces())
    private let timeline: Timeline

    init(on timeline: Timeline) {
        self.timeline = timeline
    }

    /// Notes what a collector found that runs each `interval`.
    func note(_ families: [MetricFamily], of collector: String, every interval: Duration) {
        guard let source = ServerPlaces.Source(rawValue: collector) else { return }
        places.withLock { $0.note(families, of: source, at: timeline.now, every: interval) }
    }

    /// How full the server is; `record` is that of its target.
    func saturation(by record: TargetHistory) -> Double? {
        let shown = Set(record.shownJobs)
        return places.withLock { $0.saturation(at: timeline.now, shown: shown) }
    }
}

extension TargetHistory {
    /// The jobs that have something on the page: one that has been withdrawn has no series.
    var shownJobs: [String] { jobs.filter { $0.series > 0 }.map(\.name) }
}
