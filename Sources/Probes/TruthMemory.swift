import Postgres

/// What earlier truths have left to know.
struct TruthMemory: Sendable {
    /// Truths kept for `exact_cached`, with the table's count of changes when each was found.
    private var cached: [Question: (truth: [Hit], changes: Int64)] = [:]
    private var cachedHits = 0
    private var matching: [[String]: Int] = [:]
    /// The storage for which it was shown that the exact statement is exact.
    private(set) var proven: String?
    /// How long the latest exact statement took.
    private(set) var latestScan = Duration.zero

    /// Rows kept at most, of all truths together: some tens of megabytes.
    private static let mostCachedHits = 200_000
    /// The share of a table's rows that may have changed before a truth is no truth any more.
    private static let mostChanges = 0.01

    /// nil where there is none, or the table has changed too much since.
    func truth(for question: Question, changes: Int64, rows: Double) -> [Hit]? {
        guard let (truth, before) = cached[question], changes >= before,
            Double(changes - before) <= Self.mostChanges * rows
        else { return nil }
        return truth
    }

    mutating func keep(_ truth: [Hit], for question: Question, changes: Int64) {
        cachedHits -= cached[question]?.truth.count ?? 0
        guard cachedHits + truth.count <= Self.mostCachedHits else {
            cached[question] = nil
            return
        }
        cached[question] = (truth, changes)
        cachedHits += truth.count
    }

    /// How many rows there are to be found, as far as anybody asked; nil where no truth has said.
    func matchingRows(_ filterValues: [String]) -> Int? { matching[filterValues] }

    mutating func noteMatching(_ rows: Int, _ filterValues: [String]) {
        matching[filterValues] = rows
    }

    mutating func noteProof(of incarnation: String) {
        proven = incarnation
    }

    mutating func noteScan(of duration: Duration) {
        latestScan = duration
    }

    /// The table or its index is another one.
    mutating func forget() {
        self = TruthMemory()
    }
}
