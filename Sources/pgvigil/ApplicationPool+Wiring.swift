import Exposition
import Logging
import Pools
import Runtime
import Settings

/// What the other rooms need to know of an application pool's settings.
extension Settings.ApplicationPool {
    var endpoint: Endpoint {
        let mapping = Preset.of(format).map {
            DocumentMapping($0, fields: fields, root: root, pool: pool, utilization: utilization)
        }
        return Endpoint(
            HTTPRequest(url: url.revealed, access, timeout: timeout),
            mapping.map { .json($0) } ?? .prometheus(pool: pool))
    }
}

extension EndpointTarget<Scrape> {
    /// The application pool that the settings describe; it leaves in `findings` what it found.
    convenience init(
        _ pool: Settings.ApplicationPool, into findings: ScrapeFindings,
        by thread: EndpointThread = EndpointThread(), on list: Watchlist, log: Logger
    ) {
        let endpoint = pool.endpoint
        let interruption = Interruption()
        let questions = Questions(
            timeout: pool.timeout, ask: { endpoint.scrape(unless: interruption) },
            conclude: { findings.report(of: $0 ?? .overdue(after: $1)) },
            interrupt: { interruption.fire() })
        self.init(
            pool.name, labels: Labels(cluster: pool.cluster, pool.labels), interval: pool.interval,
            questions, on: thread, registry: list.registry, timeline: list.timeline, log: log)
    }
}
