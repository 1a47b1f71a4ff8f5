import Exposition
import Testing

@testable import Collectors

/// Sums over rows that come and go.
@Suite struct AccumulatorTests {
    private let accumulator = Accumulator()

    @Test func `what was there at first is none, and what has come since is added`() {
        #expect(sums([("a", 100), ("b", 50)]) == [0])
        #expect(sums([("a", 103), ("b", 51)]) == [4])
        #expect(sums([("a", 103), ("b", 51)]) == [4])
    }

    @Test func `a row that is new later counts whole`() {
        #expect(sums([("a", 100)]) == [0])
        #expect(sums([("a", 100), ("c", 7)]) == [7])
    }

    @Test func `a row that the server forgets takes nothing away, and brings nothing when it is back`() {
        #expect(sums([("a", 100), ("b", 900)]) == [0])
        #expect(sums([("a", 101)]) == [1])
        #expect(sums([("a", 101), ("b", 905)]) == [6])
    }

    @Test func `a row that begins anew counts from nothing`() {
        #expect(sums([("a", 100)]) == [0])
        #expect(sums([("a", 8)]) == [8])
    }

    @Test func `in a new epoch nothing is added at first, whatever the rows say`() {
        #expect(sums([("a", 100)]) == [0])
        #expect(sums([("a", 110)]) == [10])
        #expect(sums([("a", 5000), ("z", 9)], epoch: "second") == [10])
        #expect(sums([("a", 5001), ("z", 9)], epoch: "second") == [11])
    }

    @Test func `the sums stay when no row is left`() {
        #expect(sums([("a", 1)]) == [0])
        #expect(sums([("a", 3)]) == [2])
        #expect(sums([]) == [2])
    }

    @Test func `databases do not know of each other`() {
        #expect(sums([("a", 1)], place: "north") == [0])
        #expect(sums([("a", 9)], place: "south", epoch: "other") == [0])
        #expect(sums([("a", 2)], place: "north") == [1])
        #expect(sums([("a", 19)], place: "south", epoch: "other") == [10])
    }

    @Test func `seconds are added as exactly as they come`() {
        let rows = { (seconds: Double) in
            [Accumulator.Row(entry: "a", labels: [:], values: [.real(seconds), nil])]
        }
        _ = accumulator.totals(of: rows(0.25), at: "", in: "first")
        let totals = accumulator.totals(of: rows(0.75), at: "", in: "first")
        #expect(totals.map(\.values) == [[.real(0.5), nil]])
    }

    // MARK: -

    /// The sum after these rows, all of the same labels.
    private func sums(
        _ rows: [(entry: String, calls: Int64)], place: String = "north", epoch: String = "first"
    ) -> [Int64] {
        let rows = rows.map {
            Accumulator.Row(entry: $0.entry, labels: ["operator": "<->"], values: [.integer($0.calls)])
        }
        return accumulator.totals(of: rows, at: place, in: epoch).compactMap { total in
            guard case .integer(let sum)? = total.values[0] else { return nil }
            return sum
        }
    }
}
