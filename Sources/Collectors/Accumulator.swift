import Exposition
import Synchronization

/// Sums of counters whose rows come and go, for as long as the daemon runs.
///
/// Where the server forgets a row, the sum of the others falls; to whoever computes a rate from it that is a
/// reset followed by a burst. So increases alone are added, from 0, and what was there at first is none.
package final class Accumulator: Sendable {
    /// One row: whose it is, and what its counters say.
    struct Row {
        /// nil where the row only says that the others are all there are.
        let entry: String?
        let labels: Labels
        let values: [Sample.Value?]
    }

    private struct Place {
        var epoch: String?
        var entries: [String: [Sample.Value?]] = [:]
        var positions: [Labels: Int] = [:]
        var totals: [(labels: Labels, values: [Sample.Value?])] = []

        /// Where the sums of these labels stand; they begin with 0.
        mutating func position(of row: Row) -> Int {
            if let position = positions[row.labels] { return position }
            positions[row.labels] = totals.count
            totals.append((row.labels, row.values.map { $0.map { _ in .integer(0) } }))
            return totals.count - 1
        }
    }

    /// The most rows of one place that are remembered once they are gone.
    static let longestMemory = 10_000

    private let places = Mutex<[String: Place]>([:])

    package init() {}

    /// Adds what has come since the last rows of this place, a database, and returns the sums by labels.
    ///
    /// In a new `epoch` the counters are another server's, or have begun anew unseen: nothing is added then.
    func totals(of rows: [Row], at name: String, in epoch: String) -> [(
        labels: Labels, values: [Sample.Value?]
    )] {
        places.withLock { places in
            var place = places[name] ?? Place()
            let isKnown = place.epoch == epoch
            // A row that is gone for once comes back with all that it had.
            let earlier = isKnown ? place.entries : [:]
            place.entries = earlier.count < Self.longestMemory ? earlier : [:]
            place.epoch = epoch
            for row in rows {
                guard let entry = row.entry else { continue }
                let position = place.position(of: row)
                place.entries[entry] = row.values
                guard isKnown else { continue }
                for (column, value) in row.values.enumerated() {
                    guard let value else { continue }
                    let increase = value.increase(since: earlier[entry]?[column])
                    place.totals[position].values[column] =
                        place.totals[position].values[column]?.adding(increase) ?? increase
                }
            }
            places[name] = place
            return place.totals
        }
    }
}

extension Sample.Value {
    /// What has come since; all of it where the counter has begun anew.
    fileprivate func increase(since earlier: Sample.Value?) -> Sample.Value {
        switch (self, earlier) {
        case (.integer(let now), .integer(let then)?) where now >= then: .integer(now - then)
        case (.integer, .integer?), (_, nil): self
        default: .real(number >= (earlier?.number ?? 0) ? number - (earlier?.number ?? 0) : number)
        }
    }

    private var number: Double {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        case .histogram: preconditionFailure("no statement returns histograms")
        }
    }
}
