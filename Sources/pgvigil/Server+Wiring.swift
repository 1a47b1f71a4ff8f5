import Collectors
import Exposition
import FoundationEssentials
import Postgres
import Runtime
import Settings

/// What the other rooms need to know of a server's settings.
extension Settings.Server {
    var connectionTarget: ConnectionTarget {
        connectionTarget(with: SessionSettings(statementTimeout: interval / 3))
    }

    func connectionTarget(with session: SessionSettings) -> ConnectionTarget {
        ConnectionTarget(
            conninfo: conninfo.revealed, password: passwordSource, isPooled: isPooled, settings: session)
    }

    var ownLabels: Labels { Labels(cluster: cluster, labels) }

    /// The collectors that are switched on, in the catalogue's order; then the operator's own.
    var activeCollectors: [Collector] {
        catalogueCollectors + ownCollectors.map { Collector($0, on: self) }
    }

    /// Those of the catalogue that are switched on, in its order.
    var catalogueCollectors: [Collector] {
        let freshness = Collector.vectorFreshness(of: vectorColumns.map { EmbeddedColumn($0) })
        return Collector.all.map { $0.name == freshness.name ? freshness : $0 }
            .filter { collectors[$0.name]?.isEnabled ?? true }
    }

    /// How it runs: with `atEachPoll` it does not wait for its interval.
    ///
    /// What it finds is left in `findings`.
    func job(
        for collector: Collector, atEachPoll: Bool = false, into findings: ServerFindings? = nil
    ) -> Job {
        let own = ownCollectors.first { $0.name == collector.name }
        let rare = own?.interval ?? collectors[collector.name]?.interval ?? collector.cost.interval
        return Job(
            collector, every: atEachPoll ? nil : rare, in: own.map { DatabaseChoice($0.databases) }
        ) { [interval] found in
            findings?.note(found.families, of: collector.name, every: max(rare ?? interval, interval))
        }
    }
}

extension Labels {
    /// `pg_cluster` and the labels that the operator gave the target.
    init(cluster: String?, _ labels: [String: String]) {
        self.init()
        append("pg_cluster", cluster ?? "")
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) { append(name, value) }
    }
}

extension Settings.LibpqTarget {
    var passwordSource: Postgres.PasswordSource {
        switch password {
        case nil: .libpq
        case .file(let path): .file(path)
        case .credential(let name):
            .credential(name, folder: ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"])
        case .command(let arguments): .command(arguments.map(\.revealed))
        }
    }
}

extension EmbeddedColumn {
    fileprivate init(_ column: Settings.VectorColumn) {
        self.init(
            database: column.database, schema: column.schema, table: column.table, column: column.column,
            createdAt: column.createdAt)
    }
}

extension Runtime.DatabaseChoice {
    init(_ choice: Settings.DatabaseChoice) {
        self =
            switch choice {
            case .all: .all
            case .own: .own
            case .named(let names): .named(names)
            }
    }
}

extension Job {
    /// The collector as something that a target's polls run: each of them where there is no interval.
    ///
    /// `note` gets what each run found.
    fileprivate init(
        _ collector: Collector, every interval: Duration?, in databases: DatabaseChoice?,
        note: @escaping @Sendable (Collection) -> Void
    ) {
        let accumulator = collector.accumulates ? Accumulator() : nil
        self.init(collector.name, every: interval, in: databases, comesLast: collector.isOwn) {
            connection, server, deadline throws(JobFailure) in
            do throws(CollectorError) {
                let found = try collector.collect(
                    from: &connection, server, by: deadline, into: accumulator)
                note(found)
                return Findings(found)
            } catch {
                throw JobFailure(error)
            }
        }
    }
}

extension Findings {
    init(_ collection: Collection) {
        self.init(families: collection.families)
        rows = collection.rowCount
        repeatedSeries = collection.repeatedSeries
        droppedSeries = collection.droppedSeries
        cutLabels = collection.cutLabels
    }
}

extension JobFailure {
    init(_ error: CollectorError) {
        switch error {
        case .postgres(let error): self.init(error)
        case .unmet: self.init(.privileges, "\(error)")
        case .missingColumn: self.init(.missing, "\(error)")
        case .notANumber: self.init(.result, "\(error)")
        }
    }
}
