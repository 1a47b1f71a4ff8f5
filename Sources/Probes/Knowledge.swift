import Postgres
import ProbeDefinitions

/// What a search probe has found out about its search: where, for what, and what should be found.
struct Knowledge: Sendable {
    private(set) var search: Search
    private(set) var resolved = ContinuousClock.now
    var questions: Questions
    /// nil while nobody has drawn it.
    var sample: Sample?

    /// Rows that are kept here, and when they were drawn.
    struct Sample: Sendable {
        let sentinel: Sentinel
        let drawn: ContinuousClock.Instant
    }

    init(_ search: Search, questions: Questions) {
        self.search = search
        self.questions = questions
    }

    /// The same, with the catalogue's latest word on where to search.
    func resolved(as search: Search) -> Knowledge {
        var knowledge = self
        knowledge.search = search
        knowledge.resolved = .now
        return knowledge
    }

    /// The next query vector and filter values.
    mutating func nextQuestion(for purpose: Questions.Purpose) -> Question { questions.next(for: purpose) }

    /// Sampled rows ÷ rows of the table; nil where there is no sample, or nobody has counted the table.
    var sampleRatio: Double? {
        guard let sample, search.estimatedRows > 0 else { return nil }
        return min(1, Double(sample.sentinel.count) / search.estimatedRows)
    }

    func facts(of database: String) -> ProbeRecord.Facts {
        ProbeRecord.Facts(
            database: database,
            accessMethod: search.candidates.first { $0.match == .usable }?.accessMethod ?? "",
            candidates: Dictionary(grouping: search.candidates, by: \.match).mapValues(\.count))
    }
}

/// One search's values.
struct Question: Sendable, Hashable {
    let text: String
    /// Of the row that the vector came from, which is no answer.
    let key: String?
    let filterValues: [String]

    var parameters: [String?] { [text] + filterValues }

    /// Rows to ask for so that `k` are left without the own row.
    func rows(for k: Int) -> Int { key == nil ? k : k + 1 }

    /// The first `k` answers.
    func answers(in hits: [Hit], k: Int) -> [Hit] {
        Array(hits.filter { $0.key != key && !$0.distance.isNaN }.prefix(k))
    }
}

/// The query vectors and filter values that a probe takes in turn.
struct Questions: Sendable {
    private let vectors: [QueryVector]
    private let filterValues: [[String]]
    private let source: QuerySource
    private var turns: [Purpose: (rotation: Rotation, number: Int)] = [:]
    let drawn = ContinuousClock.now
    /// How often they had been drawn before.
    let round: Int

    /// nil without a vector, or without values for a filter that needs some.
    init?(_ vectors: [QueryVector], filterValues: [[String]], source: QuerySource, round: Int) {
        guard !vectors.isEmpty, !filterValues.isEmpty else { return nil }
        self.vectors = vectors
        self.filterValues = filterValues
        self.round = round
        self.source = source
    }

    /// What a question is asked for.
    ///
    /// Each takes all vectors in turn, in an order of its own.
    enum Purpose: Hashable {
        case truth
        case search(variant: Int)
        /// Of the plan of a variant's search, which has just warmed the pages of its own vector.
        case plan(variant: Int)

        fileprivate var seed: UInt64 {
            switch self {
            case .truth: 0
            case .search(let variant): UInt64(2 * variant + 1)
            case .plan(let variant): UInt64(2 * variant + 2)
            }
        }
    }

    var texts: [String] { vectors.map(\.text) }

    mutating func next(for purpose: Purpose) -> Question {
        var first = Rotation(
            count: vectors.count, seed: source.seed &+ purpose.seed, isShuffled: source.isShuffled)
        if case .plan = purpose { _ = first.next() }  // In an order that is not shuffled, one ahead.
        var (rotation, number) = turns[purpose] ?? (first, 0)
        defer { turns[purpose] = (rotation, number + 1) }
        return question(rotation.next(), number)
    }

    private func question(_ index: Int, _ turn: Int) -> Question {
        Question(
            text: vectors[index].text, key: vectors[index].key,
            filterValues: filterValues[turn % filterValues.count])
    }
}
