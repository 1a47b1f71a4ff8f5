package import Exposition
import Postgres

/// What one column of a collector's statement means.
package struct Column: Sendable {
    /// As the statement calls it; a label has the same name.
    package let name: String
    /// nil for a label.
    package let metric: Metric?
    /// The labels that the metric's samples may carry; nil for all of the collector's.
    private let labels: [String]?
    /// The first major version whose statement returns it.
    package let since: Int
    /// The last one; nil where it still does.
    package let until: Int?
    private let use: Use

    private enum Use {
        case shown
        case entry
        case epoch
    }

    private init(
        _ name: String, _ metric: Metric?, _ labels: [String]?, _ since: Int, _ until: Int?,
        use: Use = .shown
    ) {
        self.use = use
        self.name = name
        self.metric = metric
        self.labels = labels
        self.since = since
        self.until = until
    }

    /// The column's text becomes a label of the same name; NULL and empty text give none.
    package static func label(_ name: String) -> Column {
        Column(name, nil, nil, 0, nil)
    }

    /// A metric that is described elsewhere.
    package static func value(_ name: String, _ metric: Metric) -> Column {
        Column(name, metric, nil, 0, nil)
    }

    /// What tells a row from those that share its labels; its counters are then summed by an `Accumulator`.
    static func entry(_ name: String) -> Column {
        Column(name, nil, nil, 0, nil, use: .entry)
    }

    /// What changes where all counters begin anew.
    static func epoch(_ name: String) -> Column {
        Column(name, nil, nil, 0, nil, use: .epoch)
    }

    static func counter(
        _ name: String, _ metric: MetricName, _ help: String, by labels: [String]? = nil, since: Int = 0,
        until: Int? = nil
    ) -> Column {
        Column(name, Metric(metric, .counter, help: help), labels, since, until)
    }

    static func gauge(
        _ name: String, _ metric: MetricName, _ help: String, by labels: [String]? = nil, since: Int = 0,
        until: Int? = nil
    ) -> Column {
        Column(name, Metric(metric, .gauge, help: help), labels, since, until)
    }

    /// The column is 1 where the row's labels are the information.
    static func info(_ name: String, _ metric: MetricName, _ help: String, by labels: [String]? = nil)
        -> Column
    {
        Column(name, Metric(metric, .info, help: help), labels, 0, nil)
    }

    package var isLabel: Bool { metric == nil && use == .shown }

    var isEntry: Bool { use == .entry }

    var isEpoch: Bool { use == .epoch }

    /// The labels that its samples may carry, where the collector has these.
    func labels(outOf all: [String]) -> [String] { labels ?? all }

    func exists(on server: ServerState) -> Bool {
        since <= server.majorVersion && server.majorVersion <= until ?? .max
    }

    /// The cell as a sample's value: whole numbers stay whole, `t` and `f` are 1 and 0, NULL is nil.
    func value(row: Int, at position: Int, of rows: borrowing Rows) throws(CollectorError) -> Sample.Value? {
        guard !rows.isNull(row: row, column: position) else { return nil }
        if let whole = rows.integer(row: row, column: position) { return .integer(whole) }
        if let number = rows.double(row: row, column: position) { return .real(number) }
        if let truth = rows.truth(row: row, column: position) { return .integer(truth ? 1 : 0) }
        throw .notANumber(column: name)
    }
}
