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

    /// Puts sums in the place of the console's own figures, and returns how many samples are dropped.
    ///
    /// Gauges are left as they are. An answer has all series that there are: what is missing has been
    /// removed, and is back from 0.
    func add(to table: inout FigureTable, of collector: String, over connection: Int32) -> Int {
        state.withLock { state in
            let isNew = state.connections.updateValue(connection, forKey: collector) != connection
            let sharing = table.columns.first { $0.metric.name == Self.sharing }
            if let value = sharing?.values.first ?? nil { state.isShared = value == .integer(1) }
            let counters = table.counters
            // Where a figure has fallen meanwhile, nobody knows whose the others are.
            let hasFallen =
                isNew && counters.contains { state.hasFallen($0.columns, of: $0.metric, in: table) }
            let beginsAnew = isNew && state.isShared || hasFallen
            var dropped = 0
            for (metric, columns) in counters {
                dropped += state.add(to: &table, columns, of: metric, beginsAnew: beginsAnew)
            }
            return dropped
        }
    }

    /// Says whether several processes listen at one address; which of them answers is a matter of luck.
    static let sharing: MetricName = "pgbouncer_config_so_reuseport"
}

extension FigureTable {
    /// The metrics that count, each with the positions of its columns.
    fileprivate var counters: [(metric: MetricName, columns: [Int])] {
        var counters: [(metric: MetricName, columns: [Int])] = []
        for (position, column) in columns.enumerated() where column.metric.kind == .counter {
            if let known = counters.firstIndex(where: { $0.metric == column.metric.name }) {
                counters[known].columns.append(position)
            } else {
                counters.append((column.metric.name, [position]))
            }
        }
        return counters
    }
}

extension ConsoleSums.State {
    fileprivate func hasFallen(_ columns: [Int], of metric: MetricName, in table: FigureTable) -> Bool {
        guard let known = sums[metric] else { return false }
        return columns.map { table.columns[$0] }.contains { column in
            table.rows.indices.contains { row in
                guard let value = column.values[row], let before = known[column.labels(of: row)] else {
                    return false
                }
                return value.number < before.latest.number
            }
        }
    }

    /// The same of one metric.
    fileprivate mutating func add(
        to table: inout FigureTable, _ columns: [Int], of metric: MetricName, beginsAnew: Bool
    ) -> Int {
        // What appears later than the first answer has come all of it since then.
        let isFirst = beginsAnew || sums[metric] == nil
        var gone = sums[metric] ?? [:]
        var known: [Labels: ConsoleSums.Sum] = [:]
        var dropped = 0
        for column in columns {
            for row in table.rows.indices {
                guard let value = table.columns[column].values[row] else { continue }
                guard value.isCount, known.count < ConsoleSums.most else {
                    table.columns[column].values[row] = nil
                    dropped += 1
                    continue
                }
                let labels = table.columns[column].labels(of: row)
                let before = gone.removeValue(forKey: labels)
                let start = isFirst ? value : before?.latest ?? .integer(0)
                let total = (before?.total ?? .integer(0)).adding(value.increase(since: start))
                known[labels] = ConsoleSums.Sum(latest: value, total: total)
                table.columns[column].values[row] = total
            }
        }
        for (labels, sum) in gone.prefix(ConsoleSums.most - known.count) {
            known[labels] = ConsoleSums.Sum(latest: .integer(0), total: sum.total)
        }
        sums[metric] = known
        return dropped
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
