package import Exposition

/// What one run of a collector found.
package struct Collection: Sendable {
    package internal(set) var families: [MetricFamily] = []
    /// What a console's families were made of; nil where a server answered.
    package internal(set) var figures: FigureTable?
    package internal(set) var rowCount = 0
    /// Series that came more than once and were made one.
    package internal(set) var repeatedSeries = 0
    /// Series left out because the table was too long.
    package internal(set) var droppedSeries = 0
    /// Label values cut because they were too long.
    package internal(set) var cutLabels = 0

    /// Adds what another table of the same collector gave.
    package mutating func append(_ other: Collection) {
        for family in other.families {
            if let position = families.firstIndex(where: { $0.metric.name == family.metric.name }) {
                families[position].samples += family.samples
            } else {
                families.append(family)
            }
        }
        rowCount += other.rowCount
        repeatedSeries += other.repeatedSeries
        droppedSeries += other.droppedSeries
        cutLabels += other.cutLabels
    }

    /// Makes series one that several tables gave.
    mutating func resolveRepetitions(_ duplicates: Duplicates) {
        for position in families.indices {
            let repeated = families[position].resolveRepetitions(duplicates)
            repeatedSeries += repeated
        }
    }
}

/// What becomes of rows with the same labels.
enum Duplicates: Sendable {
    case keepFirst
    case keepGreatest
    case sum
}

extension MetricFamily {
    /// Makes samples with the same labels one, and returns how many were too many.
    mutating func resolveRepetitions(_ duplicates: Duplicates) -> Int {
        var positions: [Labels: Int] = [:]
        var resolved: [Sample] = []
        for sample in samples {
            guard let position = positions[sample.labels] else {
                positions[sample.labels] = resolved.count
                resolved.append(sample)
                continue
            }
            let value = resolved[position].value.joined(with: sample.value, duplicates)
            resolved[position] = Sample(value, labels: sample.labels)
        }
        defer { samples = resolved }
        return samples.count - resolved.count
    }
}

extension Sample.Value {
    /// A sum that does not fit is no longer exact, but right.
    private static func sum(_ a: Int64, _ b: Int64) -> Sample.Value {
        let (sum, isTooLarge) = a.addingReportingOverflow(b)
        return isTooLarge ? .real(Double(a) + Double(b)) : .integer(sum)
    }

    /// Whether a counter can have this value; strict parsers refuse a whole page with one that cannot.
    var isCount: Bool {
        switch self {
        case .integer(let value): value >= 0
        case .real(let value): value >= 0 && value.isFinite
        case .histogram: true
        }
    }

    /// One value for two of the same series.
    func joined(with other: Sample.Value, _ duplicates: Duplicates) -> Sample.Value {
        switch duplicates {
        case .keepFirst: self
        case .keepGreatest: isLess(than: other) ? other : self
        case .sum: adding(other)
        }
    }

    private func isLess(than other: Sample.Value) -> Bool {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): a < b
        case (.integer(let a), .real(let b)): Double(a) < b
        case (.real(let a), .integer(let b)): a < Double(b)
        case (.real(let a), .real(let b)): a < b
        case (.histogram, _), (_, .histogram): preconditionFailure("no statement returns histograms")
        }
    }

    func adding(_ other: Sample.Value) -> Sample.Value {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): .sum(a, b)
        case (.integer(let a), .real(let b)): .real(Double(a) + b)
        case (.real(let a), .integer(let b)): .real(a + Double(b))
        case (.real(let a), .real(let b)): .real(a + b)
        case (.histogram, _), (_, .histogram): preconditionFailure("no statement returns histograms")
        }
    }
}
