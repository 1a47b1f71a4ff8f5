package import Exposition
package import Postgres

/// One statement, and what its columns mean.
package struct Collector: Sendable {
    package let name: String
    /// What an operator reads of it in listings; one sentence.
    package let summary: String
    package let scope: Scope
    package let cost: CostClass
    /// The first major version that has what the statement reads; 0 for all.
    package let since: Int
    package let audience: Audience
    package let requirements: [Requirement]
    package let wishes: [SettingWish]
    package let columns: [Column]
    private let duplicates: Duplicates
    private let statement: @Sendable (ServerState) -> String

    /// The most rows that one run turns into samples; the rest is dropped and counted.
    static let longestTable = 10_000

    /// Columns that name a metric twice stop the process.
    init(
        _ name: String, _ summary: String, scope: Scope = .server, cost: CostClass = .base, since: Int = 0,
        audience: Audience = .everyServer, requires requirements: [Requirement] = [],
        wishes: [SettingWish] = [], duplicates: Duplicates = .keepFirst,
        columns: [Column], sql: @escaping @Sendable (ServerState) -> String
    ) {
        let metrics = columns.compactMap(\.metric?.name)
        precondition(Set(metrics).count == metrics.count, "\(name) names a metric twice")
        self.name = name
        self.summary = summary
        self.scope = scope
        self.cost = cost
        self.since = since
        self.audience = audience
        self.requirements = requirements
        self.wishes = wishes
        self.duplicates = duplicates
        self.columns = columns
        statement = sql
    }

    /// The metrics, each with the labels that its samples may carry and the versions that have it.
    package var metrics: [(metric: Metric, labels: [String], since: Int, until: Int?)] {
        let labels = columns.filter(\.isLabel).map(\.name)
        return columns.compactMap { column in
            column.metric.map {
                ($0, column.labels(outOf: labels), max(column.since, since), column.until)
            }
        }
    }

    /// Whether this server has anything to say to it; where not, it is not asked.
    package func applies(to server: ServerState) -> Bool {
        server.majorVersion >= since && (audience == .everyServer || server.isInRecovery)
    }

    /// The statement for this server, with the comment that shows in the server's own views whose it is.
    package func sql(for server: ServerState) -> String {
        "/* pgvigil \(name) */\n\(statement(server))"
    }

    /// Asks the server and reads the answer; one that it does not apply to gives nothing and is not asked.
    package func collect(from connection: inout Connection, _ server: ServerState, by deadline: Deadline)
        throws(CollectorError) -> Collection
    {
        guard applies(to: server) else { return Collection() }
        if let missing = requirements.first(where: { !$0.isMet(by: server) }) { throw .unmet(missing) }
        let rows: Rows
        do throws(PostgresError) {
            rows = try connection.query(sql(for: server), by: deadline)
        } catch {
            throw .postgres(error)
        }
        return try collection(from: rows, of: server)
    }

    /// Turns rows into families: one per metric column, one sample per row.
    ///
    /// SQL NULL gives no sample: "unknown" is not zero. A column that the statement should return and does
    /// not is an error, and so is a cell that is no number.
    package func collection(from rows: borrowing Rows, of server: ServerState) throws(CollectorError)
        -> Collection
    {
        let columns = columns.filter { $0.exists(on: server) }
        var positions: [Int] = []
        for column in columns {
            guard let position = rows.column(column.name) else { throw .missingColumn(column.name) }
            positions.append(position)
        }

        var collection = Collection()
        collection.rowCount = min(rows.count, Self.longestTable)
        let labelColumns = zip(columns, positions).filter(\.0.isLabel).map {
            (name: $0.name, position: $1)
        }
        var labels: [Labels] = []
        labels.reserveCapacity(collection.rowCount)
        for row in 0..<collection.rowCount {
            labels.append(Self.labels(labelColumns, row: row, of: rows, cuts: &collection.cutLabels))
        }
        let mayRepeat = Set(labels).count < labels.count
        for (column, position) in zip(columns, positions) {
            guard let metric = column.metric else { continue }
            var family = MetricFamily(metric)
            for row in 0..<rows.count {
                guard let value = try column.value(row: row, at: position, of: rows) else { continue }
                guard row < collection.rowCount, metric.kind != .counter || value.isCount else {
                    collection.droppedSeries += 1
                    continue
                }
                if family.samples.isEmpty { family.samples.reserveCapacity(collection.rowCount - row) }
                family.samples.append(Sample(value, labels: labels[row]))
            }
            if mayRepeat { collection.repeatedSeries += family.resolveRepetitions(duplicates) }
            collection.families.append(family)
        }
        return collection
    }

    private static func labels(
        _ columns: [(name: String, position: Int)], row: Int, of rows: borrowing Rows, cuts: inout Int
    ) -> Labels {
        var labels = Labels()
        for column in columns {
            guard let value = rows.text(row: row, column: column.position) else { continue }
            let isWhole = labels.append(column.name, value)
            cuts += isWhole ? 0 : 1
        }
        return labels
    }
}

extension Collector: CustomStringConvertible {
    package var description: String { name }
}
