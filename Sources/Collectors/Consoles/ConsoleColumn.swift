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
    /// A label besides those of the row, such as which state it counts.
    let part: FigureTable.Part?
    let read: Reading
    /// What becomes of rows with the same labels.
    private(set) var repeats = Duplicates.keepFirst
    /// The label for what follows the source in the names of columns that begin with it.
    private var rest: String?

    private init(
        _ metric: Metric, from sources: [String], by labels: [String]?, _ part: FigureTable.Part?,
        _ read: @escaping Reading
    ) {
        self.metric = metric
        self.sources = sources
        self.labels = labels
        self.part = part
        self.read = read
    }

    static func gauge(
        _ source: String, _ metric: MetricName, _ help: String, by labels: [String]? = nil,
        read: @escaping Reading = number
    ) -> ConsoleColumn {
        gauge(from: [source], metric, help, by: labels, read: read)
    }

    /// One whose value follows from several columns.
    static func gauge(
        from sources: [String], _ metric: MetricName, _ help: String, by labels: [String]? = nil,
        read: @escaping Reading
    ) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .gauge, help: help), from: sources, by: labels, nil, read)
    }

    static func counter(
        _ source: String, _ metric: MetricName, _ help: String, by labels: [String]? = nil,
        read: @escaping Reading = number
    ) -> ConsoleColumn {
        counter(from: [source], metric, help, by: labels, read: read)
    }

    /// One whose value follows from several columns.
    static func counter(
        from sources: [String], _ metric: MetricName, _ help: String, by labels: [String]? = nil,
        read: @escaping Reading
    ) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .counter, help: help), from: sources, by: labels, nil, read)
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

    /// The sample of which the label `label` is `value`, where that follows from several columns.
    static func gauge(
        from sources: [String], _ metric: MetricName, _ help: String, as label: String, _ value: String,
        by labels: [String]? = nil, read: @escaping Reading
    ) -> ConsoleColumn {
        ConsoleColumn(
            Metric(metric, .gauge, help: help), from: sources, by: labels, FigureTable.Part(label, value),
            read)
    }

    /// One sample for each column whose name is `prefix` and a number, which is the label `label`.
    static func gauges(
        _ metric: MetricName, _ help: String, by labels: [String]? = nil, prefix: String, as label: String,
        read: @escaping Reading
    ) -> ConsoleColumn {
        var column = gauge(prefix, metric, help, by: labels, read: read)
        column.rest = label
        return column
    }

    /// 1 for each row: its labels are the information.
    static func info(_ metric: MetricName, _ help: String, by labels: [String]) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .info, help: help), from: [], by: labels, nil) { _ in .integer(1) }
    }

    /// 1 for each row, which is there while something holds.
    static func mark(_ metric: MetricName, _ help: String, by labels: [String]? = nil) -> ConsoleColumn {
        ConsoleColumn(Metric(metric, .gauge, help: help), from: [], by: labels, nil) { _ in .integer(1) }
    }

    /// How many rows have these labels.
    static func rows(_ metric: MetricName, _ help: String, by labels: [String]) -> ConsoleColumn {
        mark(metric, help, by: labels).repeating(.sum)
    }

    /// How many rows say each of these words, 0 where none does; a word has its value of the label `label`.
    static func rows(
        saying words: KeyValuePairs<String, String>, in source: String, _ metric: MetricName, _ help: String,
        as label: String = "state"
    ) -> [ConsoleColumn] {
        words.map { word, value in
            let metric = Metric(metric, .gauge, help: help)
            let counts: Reading = { cells in cells[0].map { .integer($0 == word ? 1 : 0) } }
            return ConsoleColumn(metric, from: [source], by: [], FigureTable.Part(label, value), counts)
                .repeating(.sum)
        }
    }

    private static func split(
        _ metric: Metric, _ label: String, _ labels: [String]?, _ sources: KeyValuePairs<String, String>,
        _ read: @escaping Reading
    ) -> [ConsoleColumn] {
        sources.map { source, value in
            ConsoleColumn(metric, from: [source], by: labels, FigureTable.Part(label, value), read)
        }
    }

    func repeating(_ repeats: Duplicates) -> ConsoleColumn {
        var column = self
        column.repeats = repeats
        return column
    }

    /// The columns that it stands for in an answer with these.
    func found(among names: [String]) -> [ConsoleColumn] {
        guard let rest else { return [self] }
        return names.filter { $0.hasPrefix(sources[0]) }.compactMap { name in
            let number = String(name.dropFirst(sources[0].count))
            guard Double(number) != nil else { return nil }
            return ConsoleColumn(metric, from: [name], by: labels, FigureTable.Part(rest, number), read)
        }
    }

    /// All labels that its samples may carry, where the collector has these.
    func labelNames(outOf all: [String]) -> [String] {
        (labels ?? all) + [part?.name, rest].compactMap(\.self)
    }
}

extension [ConsoleColumn] {
    func repeating(_ repeats: Duplicates) -> [ConsoleColumn] { map { $0.repeating(repeats) } }
}
