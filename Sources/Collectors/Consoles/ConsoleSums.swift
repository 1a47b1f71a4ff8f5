import Exposition
import Synchronization

/// Sums of a console's counters, for as long as the daemon watches the pooler.
///
/// A pooler's figure for a database is itself a sum over its pools, and falls when one of them is removed: to
/// whoever computes a rate from it that is a reset followed by a burst. So increases alone are added, from 0.
package final class ConsoleSums: Sendable {
    private struct Sum {
        var latest: Sample.Value
        var total: Sample.Value
    }

    /// The most counters that are remembered.
    private static let most = 100_000

    private let sums = Mutex<[MetricName: [Labels: Sum]]>([:])

    package init() {}

    /// The family with sums instead of the console's own figures; gauges are left as they are.
    func adding(_ family: MetricFamily) -> MetricFamily {
        guard family.metric.kind == .counter else { return family }
        return sums.withLock { sums in
            // What appears later than the first answer has come all of it since then.
            let isFirst = sums[family.metric.name] == nil
            var known = sums[family.metric.name] ?? [:]
            var summed = MetricFamily(family.metric)
            for sample in family.samples where sample.value.isCount {
                var sum =
                    known[sample.labels]
                    ?? Sum(latest: isFirst ? sample.value : .integer(0), total: .integer(0))
                sum.total = sum.total.adding(sample.value.increase(since: sum.latest))
                sum.latest = sample.value
                if known.count < Self.most || known[sample.labels] != nil { known[sample.labels] = sum }
                summed.samples.append(Sample(sum.total, labels: sample.labels))
            }
            sums[family.metric.name] = known
            return summed
        }
    }
}

extension Sample.Value {
    /// What has come since; nothing where the figure has fallen, for a pool has gone, or the pooler is new.
    fileprivate func increase(since earlier: Sample.Value) -> Sample.Value {
        switch (self, earlier) {
        case (.integer(let now), .integer(let then)): .integer(max(0, now - then))
        case (.real(let now), .real(let then)): .real(max(0, now - then))
        case (.integer(let now), .real(let then)): .real(max(0, Double(now) - then))
        case (.real(let now), .integer(let then)): .real(max(0, now - Double(then)))
        case (.histogram, _), (_, .histogram): preconditionFailure("no console shows histograms")
        }
    }
}
