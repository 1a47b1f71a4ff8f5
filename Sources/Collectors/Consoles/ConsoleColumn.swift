import Exposition

/// What one or more columns of a console's answer mean.
///
/// Consoles know no SQL that would shape their answers, so a column says here how its texts become a number.
struct ConsoleColumn: Sendable {
    /// The cells of the columns it reads, in their order; nil where the column is missing or NULL.
    typealias Reading = @Sendable ([String?]) -> Sample.Value?

    let metric: Metric
    /// The columns it reads, by name; which columns there are depends on the pooler's version.
    let sources: [String]
    /// The labels that its samples may carry; nil for all of the collector's.
    let labels: [String]?
    /// Besides those of the row, such as which state it counts.
    let fixed: Labels
    let fixedNames: [String]
    let read: Reading

    private init(
        _ metric: Metric, from sources: [String], by labels: [String]?, _ fixed: [(String, String)],
        _ read: @escaping Reading
    ) {
        self.metric = metric
        self.sources = sources
        self.labels = labels
        self.fixed = fixed.reduce(into: Labels()) { $0.append($1.0, $1.1) }
        fixedNames = fixed.map(\.0)
        self.read = read
    }

    static func gauge(
        _ source: String, _ metric: MetricName, _ help: String, by labels: [String]? = nil,
        read: @escaping Reading = number
    ) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .gauge, help: help), from: [source], by: labels, [], read)
    }

    /// One whose value follows from several columns.
    static func gauge(
        from sources: [String], _ metric: MetricName, _ help: String, by labels: [String]? = nil,
        read: @escaping Reading
    ) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .gauge, help: help), from: sources, by: labels, [], read)
    }

    static func counter(
        _ source: String, _ metric: MetricName, _ help: String, by labels: [String]? = nil,
        read: @escaping Reading = number
    ) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .counter, help: help), from: [source], by: labels, [], read)
    }

    /// One sample for each column, told apart by the label `label`.
    static func gauges(
        _ metric: MetricName, _ help: String, as label: String = "state", by labels: [String]? = nil,
        _ sources: KeyValuePairs<String, String>, read: @escaping Reading = number
    ) -> [ConsoleColumn] {
        split(Metric(metric, .gauge, help: help), label, labels, sources, read)
    }

    /// The same of counters.
    static func counters(
        _ metric: MetricName, _ help: String, as label: String, by labels: [String]? = nil,
        _ sources: KeyValuePairs<String, String>, read: @escaping Reading = number
    ) -> [ConsoleColumn] {
        split(Metric(metric, .counter, help: help), label, labels, sources, read)
    }

    /// 1 for each row: its labels are the information.
    static func info(_ metric: MetricName, _ help: String, by labels: [String]) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .info, help: help), from: [], by: labels, []) { _ in .integer(1) }
    }

    /// How many rows have these labels; the collector sums what repeats.
    static func rows(_ metric: MetricName, _ help: String, by labels: [String]) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .gauge, help: help), from: [], by: labels, []) { _ in .integer(1) }
    }

    private static func split(
        _ metric: Metric, _ label: String, _ labels: [String]?, _ sources: KeyValuePairs<String, String>,
        _ read: @escaping Reading
    ) -> [ConsoleColumn] {
        sources.map { source, value in
            ConsoleColumn(metric, from: [source], by: labels, [(label, value)], read)
        }
    }

    /// All labels that its samples may carry, where the collector has these.
    func labelNames(outOf all: [String]) -> [String] { (labels ?? all) + fixedNames }
}

// MARK: - Readings

extension ConsoleColumn {
    /// The number as it stands there; whole numbers stay whole.
    static let number: Reading = { cells in
        cells[0].flatMap { text in
            Int64(text).map { .integer($0) } ?? Double(text).flatMap { $0.isFinite ? .real($0) : nil }
        }
    }

    /// A number of which 0 says that there is no limit.
    static let limit: Reading = { cells in number(cells).flatMap { $0 == .integer(0) ? nil : $0 } }

    /// Microseconds as seconds.
    static let microseconds = scaled(1e-6)

    /// Milliseconds as seconds.
    static let milliseconds = scaled(1e-3)

    /// 1 or 0 for what consoles write as truth.
    static let truth: Reading = { cells in
        switch cells[0]?.lowercased() {
        case "1", "t", "true", "yes", "on": .integer(1)
        case "0", "f", "false", "no", "off": .integer(0)
        default: nil
        }
    }

    static func scaled(_ factor: Double) -> Reading {
        { cells in cells[0].flatMap { Double($0) }.flatMap { $0.isFinite ? .real($0 * factor) : nil } }
    }

    /// Whole seconds in the first column and the microseconds beyond them in the second.
    static let secondsAndMicroseconds: Reading = { cells in
        guard let seconds = cells[0].flatMap({ Double($0) }) else { return nil }
        let rest = cells[1].flatMap { Double($0) } ?? 0
        return .real(seconds + rest * 1e-6)
    }
}
