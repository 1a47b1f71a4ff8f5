import Exposition
import Synchronization

/// Sums of a console's counters, for as long as the daemon watches the pooler.
///
/// A pooler's figure for a database is itself a sum over its pools, and falls when one of them is removed: to
/// whoever computes a rate from it that is a reset followed by a burst. So increases alone are added, from 0.
package final class ConsoleSums: Sendable {
    fileprivate struct Sum {
        var latest: Sample.Value
        var total: Sample.Value
    }

    fileprivate struct State {
        var sums: [MetricName: [Labels: Sum]] = [:]
        /// Over which connection each collector had its latest answer.
        var connections: [String: Int32] = [:]
        /// Whether the next connection may come to another process, with counters of its own.
        var isShared = false
    }

    /// The most series of one metric that are remembered; others are dropped.
    static let most = 2 * ConsoleCollector.mostSeries

    private let state = Mutex(State())

    package init() {}

    /// The families with sums instead of the console's own figures; gauges are left as they are.
    ///
    /// An answer has all series that there are: what is missing has been removed, and is back from 0.
    func adding(_ families: [MetricFamily], of collector: String, over connection: Int32)
        -> (families: [MetricFamily], dropped: Int)
    {
        state.withLock { state in
            let isNew = state.connections.updateValue(connection, forKey: collector) != connection
            if let port = families.first(where: { $0.metric.name == Self.sharing })?.samples.first {
                state.isShared = port.value == .integer(1)
            }
            // Where a figure has fallen meanwhile, nobody knows whose the others are.
            let beginsAnew = isNew && (state.isShared || families.contains { state.hasFallen($0) })
            var dropped = 0
            let summed = families.map { state.adding($0, beginsAnew: beginsAnew, &dropped) }
            return (summed, dropped)
        }
    }

    /// Says whether several processes listen at one address; which of them answers is a matter of luck.
    static let sharing: MetricName = "pgbouncer_config_so_reuseport"
}

extension ConsoleSums.State {
    fileprivate func hasFallen(_ family: MetricFamily) -> Bool {
        guard family.metric.kind == .counter, let known = sums[family.metric.name] else { return false }
        return family.samples.contains { sample in
            known[sample.labels].map { sample.value.number < $0.latest.number } ?? false
        }
    }

    fileprivate mutating func adding(_ family: MetricFamily, beginsAnew: Bool, _ dropped: inout Int)
        -> MetricFamily
    {
        guard family.metric.kind == .counter else { return family }
        // What appears later than the first answer has come all of it since then.
        let isFirst = beginsAnew || sums[family.metric.name] == nil
        var gone = sums[family.metric.name] ?? [:]
        var known: [Labels: ConsoleSums.Sum] = [:]
        var summed = MetricFamily(family.metric)
        for sample in family.samples {
            guard sample.value.isCount, known.count < ConsoleSums.most else {
                dropped += 1
                continue
            }
            let before = gone.removeValue(forKey: sample.labels)
            let start = isFirst ? sample.value : before?.latest ?? .integer(0)
            let total = (before?.total ?? .integer(0)).adding(sample.value.increase(since: start))
            known[sample.labels] = ConsoleSums.Sum(latest: sample.value, total: total)
            summed.samples.append(Sample(total, labels: sample.labels))
        }
        for (labels, sum) in gone.prefix(ConsoleSums.most - known.count) {
            known[labels] = ConsoleSums.Sum(latest: .integer(0), total: sum.total)
        }
        sums[family.metric.name] = known
        return summed
    }
}

extension Sample.Value {
    /// What has come since; nothing where the figure has fallen, for a pool has gone, or the pooler is new.
    fileprivate func increase(since earlier: Sample.Value) -> Sample.Value {
        if case .integer(let now) = self, case .integer(let then) = earlier {
            return .integer(max(0, now - then))
        }
        return .real(max(0, number - earlier.number))
    }

    fileprivate var number: Double {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        case .histogram: preconditionFailure("no console shows histograms")
        }
    }
}
