package import Exposition
package import PoolDefinitions
package import Postgres

/// A command of a pooler's console, and what the columns of its answer mean.
///
/// Columns are found by name, and one that is missing or NULL gives no sample: which there are depends on the
/// pooler's version.
package struct ConsoleCollector: Sendable {
    package let name: String
    /// What an operator reads of it in listings; one sentence.
    package let summary: String
    package let kind: PoolerKind
    package let command: String
    package let cost: CostClass
    /// Whether it runs only where the settings switch it on.
    package let isOptIn: Bool
    /// Where its command begins to exist; a version as `ServerState` counts it.
    package let since: Int
    let shape: Shape
    /// Columns that become labels, and the labels' names.
    let labels: [(column: String, label: String)]
    /// Rows that speak of nothing that is watched, by a column and what it says there.
    let leavesOut: [(column: String, mark: Mark)]
    /// The row of whoever answers us: the first that says this.
    let leavesOutOnce: (column: String, text: String)?
    let columns: [ConsoleColumn]

    /// How a command answers.
    enum Shape: Sendable {
        /// A row for each thing.
        case table
        /// A row for each quantity: its name in one column, its value in another.
        case pairs(name: String, value: String)
    }

    enum Mark: Sendable, ExpressibleByStringLiteral {
        /// The database by which we talk to the console.
        case console
        case text(String)

        init(stringLiteral text: String) {
            self = .text(text)
        }
    }

    init(
        _ name: String, _ summary: String, of kind: PoolerKind, _ command: String, cost: CostClass = .base,
        isOptIn: Bool = false, since: Int = 0, shape: Shape = .table,
        labels: KeyValuePairs<String, String> = [:], leavesOut: KeyValuePairs<String, Mark> = [:],
        leavesOutOnce: (String, String)? = nil, columns: [ConsoleColumn]
    ) {
        self.name = name
        self.summary = summary
        self.kind = kind
        self.command = command
        self.cost = cost
        self.isOptIn = isOptIn
        self.since = since
        self.shape = shape
        self.labels = labels.map { ($0, $1) }
        self.leavesOut = leavesOut.map { ($0, $1) }
        self.leavesOutOnce = leavesOutOnce
        self.columns = columns
    }

    /// The metrics, each with the labels that its samples may carry.
    package var metrics: [(metric: Metric, labels: [String])] {
        var seen: Set<MetricName> = []
        return columns.compactMap { column in
            guard seen.insert(column.metric.name).inserted else { return nil }
            return (column.metric, column.labelNames(outOf: labels.map(\.label)))
        }
    }

    /// Asks the console and reads its answer; a pooler that is too old for the command is not asked.
    package func collect(
        from connection: inout Connection, _ pooler: ServerState, by deadline: Deadline,
        into sums: ConsoleSums
    ) throws(CollectorError) -> Collection {
        guard applies(to: pooler) else { return Collection() }
        let rows: Rows
        do throws(PostgresError) {
            rows = try connection.query(command, by: deadline)
        } catch {
            throw .postgres(error)
        }
        return collection(
            from: rows, of: connection.database, into: sums, over: connection.processID)
    }

    package func applies(to pooler: ServerState) -> Bool { pooler.version >= since }
}

extension ConsoleCollector: CustomStringConvertible {
    package var description: String { name }
}
