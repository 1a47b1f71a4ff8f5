package import Exposition
package import PoolDefinitions

/// What has become of reading an application's document.
package struct ScrapeHistory: Sendable {
    private var pools: PoolHistory
    private let behind: String?
    private var failures: [ScrapeFailure.Reason: Int] = [:]
    private var lastSuccess: Duration?

    package init(_ sizing: Sizing, behind: String? = nil) {
        pools = PoolHistory(sizing)
        self.behind = behind
    }

    /// Notes a scrape that ended at `time`; says what to show of the application, and of the scrape.
    ///
    /// `saturation` is that of the server behind.
    package mutating func note(
        _ scrape: Scrape, at time: Duration, saturation: Double? = nil
    ) -> (application: [MetricFamily], scrape: [MetricFamily]) {
        var families: [MetricFamily] = []
        switch scrape.document {
        case .success(let document):
            lastSuccess = time
            pools.note(document.pools, at: time)
            families =
                PoolFamilies(of: document.pools, pools, behind: behind, saturation: saturation).all
                + ApplicationMetric.families(of: document.application)
        case .failure(let failure):
            failures[failure.reason, default: 0] += 1
        }
        return (families, own(scrape, at: time))
    }

    private func own(_ scrape: Scrape, at time: Duration) -> [MetricFamily] {
        let isSuccess = if case .success = scrape.document { true } else { false }
        return [
            MetricFamily(ScrapeMetric.success, samples: [Sample(isSuccess)]),
            MetricFamily(
                ScrapeMetric.failures,
                samples: ScrapeFailure.Reason.allCases.map {
                    Sample(failures[$0] ?? 0, labels: ["reason": $0.rawValue])
                }),
            MetricFamily(ScrapeMetric.duration, samples: [Sample(scrape.duration / .seconds(1))]),
            MetricFamily(
                ScrapeMetric.age, samples: lastSuccess.map { [Sample((time - $0) / .seconds(1))] } ?? []),
            MetricFamily(ScrapeMetric.status, samples: scrape.status.map { [Sample($0)] } ?? []),
        ]
    }

    /// Metrics of application pools besides those of all pools, with their labels besides the target's.
    package static var reference: [(metric: Metric, labels: [String])] {
        ScrapeMetric.reference + ApplicationMetric.reference
    }
}
