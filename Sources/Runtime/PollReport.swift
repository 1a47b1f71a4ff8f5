import Exposition
import Postgres

/// How one poll of a target went.
struct PollReport: Sendable {
    /// Why the server did not answer at all; nil where it did.
    var failure: PostgresError?
    var isNewConnection = false
    var outcomes: [Outcome] = []
    var usage = Connection.Usage()
    /// The server's clock minus ours, in seconds, uncertain by half a round trip; nil where it did not say.
    var clockOffset: Double?
    /// A pooler's version; nil where nobody answered.
    var release: String?

    /// How one job of the poll went.
    struct Outcome: Sendable {
        let job: String
        let result: Result<Rendered, JobFailure>
        let duration: Duration

        var ranOutOfTime: Bool {
            if case .failure(let failure) = result { failure.reason == .timeout } else { false }
        }

        /// Whether it used its time in vain; what ran out of time in less had none to begin with.
        var isWaste: Bool { ranOutOfTime && duration >= .milliseconds(100) }
    }

    /// What a job found, as bytes.
    struct Rendered: Sendable {
        let families: [RenderedFamily]
        let rows: Int
        let repeatedSeries: Int
        let droppedSeries: Int
        let cutLabels: Int

        var isEmpty: Bool { families.isEmpty && rows == 0 }

        init(_ findings: Findings, of target: Labels) {
            families = findings.families.filter { !$0.samples.isEmpty }
                .map { RenderedFamily($0, of: target) }
            rows = findings.rows
            repeatedSeries = findings.repeatedSeries
            droppedSeries = findings.droppedSeries
            cutLabels = findings.cutLabels
        }
    }
}

/// How connecting as a new client went.
enum Visit: Sendable {
    case letIn(after: Duration)
    case failed(PostgresError)

    /// How long its samples are shown.
    static let lifetime = Duration.seconds(180)
}
