import Postgres
import ProbeDefinitions

/// The values that a custom probe's statements take in turn.
struct Arguments: Sendable {
    private let statements: [CustomProbe.Statement]
    private var turn = -1
    /// What statements that values come from have returned, and when.
    private var answers: [String: (values: [String], asked: ContinuousClock.Instant)] = [:]

    /// The most values that are kept of one statement.
    static let mostValues = 10_000
    private static let life = Duration.seconds(3600)

    init(of statements: [CustomProbe.Statement]) {
        self.statements = statements
    }

    /// Those that are to be asked for values.
    var outdated: [String] {
        sources.filter { answers[$0].map { $0.asked + Self.life < .now } ?? true }
    }

    /// Whether there is a statement that has never been asked.
    var mustAsk: Bool { sources.contains { answers[$0] == nil } }

    mutating func note(_ values: [String], of sql: String) {
        answers[sql] = (values, .now)
    }

    /// The values of each statement in order; nil where there is none for one of the parameters.
    mutating func next(_ vectors: (_ probe: String) -> [String]) -> [[String?]]? {
        turn += 1
        var all: [[String?]] = []
        for statement in statements {
            var values: [String?] = []
            for parameter in statement.parameters {
                guard let value = value(of: parameter, vectors) else { return nil }
                values.append(value)
            }
            all.append(values)
        }
        return all
    }

    // MARK: -

    private var sources: [String] {
        statements.flatMap(\.parameters).compactMap { parameter in
            if case .sql(let sql) = parameter { sql } else { nil }
        }
    }

    private func value(of parameter: CustomProbe.Parameter, _ vectors: (_ probe: String) -> [String])
        -> String?
    {
        switch parameter {
        case .value(let value): value
        case .values(let values): values.isEmpty ? nil : values[turn % values.count]
        case .sql(let sql): answers[sql]?.values.element(turn)
        case .queries(let probe): vectors(probe).element(turn)
        }
    }
}

extension [String] {
    /// In turn; nil where there is none.
    fileprivate func element(_ turn: Int) -> String? {
        isEmpty ? nil : self[turn % count]
    }
}
