import Exposition

/// How one job of a target has fared.
package struct JobRecord: Sendable {
    package let name: String
    package let interval: Duration
    let cadence: Cadence

    /// nil before the first run.
    package private(set) var isSuccess: Bool?
    /// Why the latest run failed; nil where it did not.
    package private(set) var reason: JobFailure.Reason?
    package private(set) var duration = Duration.zero
    /// Seconds since 1970; nil before the first success.
    package private(set) var lastSuccess: Double?
    package private(set) var rows = 0
    package private(set) var series = 0
    package private(set) var repeatedSeries = 0
    package private(set) var droppedSeries = 0
    package private(set) var cutLabels = 0

    private let comesLast: Bool
    /// The most that a run has taken in vain since one that had time enough.
    private var lostTime = Duration.zero
    /// How many runs in a row had hardly any time.
    private var timelessRuns = 0
    private var failuresInARow = 0
    private var restUntil = Duration.zero

    /// A refused job is not tried again before this has passed: the server's log is not ours to fill.
    static let rest = Duration.seconds(600)

    init(_ job: Job, of interval: Duration, number: Int) {
        name = job.name
        self.interval = max(job.interval ?? interval, interval)
        cadence = Cadence(every: self.interval, target: interval, number: number)
        comesLast = job.comesLast
    }

    func isResting(at time: Duration) -> Bool { time < restUntil }

    /// Its place among the jobs of a poll: behind those that did not lose time, and before those that had
    /// theirs more recently.
    var turn: (Int, Duration, Int) { (comesLast ? 1 : 0, lostTime, -timelessRuns) }

    /// A new connection may have brought new rights.
    mutating func wake() {
        restUntil = .zero
    }

    /// Notes a run and says what becomes of what the job has up.
    ///
    /// One failure leaves the last values up; the second takes them down.
    mutating func note(_ outcome: PollReport.Outcome, at time: Duration, wallClock: Double) -> Registry
        .Change?
    {
        duration = outcome.duration
        let hadTime = !outcome.ranOutOfTime || outcome.isWaste
        timelessRuns = hadTime ? 0 : timelessRuns + 1
        if hadTime { lostTime = outcome.isWaste ? max(lostTime, duration) : .zero }
        switch outcome.result {
        case .success(let rendered):
            isSuccess = true
            reason = nil
            failuresInARow = 0
            lastSuccess = wallClock
            rows = rendered.rows
            series = rendered.families.reduce(0) { $0 + $1.seriesCount }
            count(rendered)
            return .publish(rendered.families, job: name, end: time + max(interval * 3, .seconds(60)))
        case .failure(let failure):
            isSuccess = false
            reason = failure.reason
            failuresInARow += 1
            if failure.isRefusal { restUntil = time + Self.rest }
            guard failuresInARow > 1 || failure.isRefusal else { return nil }
            series = 0
            return .withdraw(job: name)
        }
    }

    /// Counts what one run, of however many, had too much of.
    mutating func count(_ rendered: PollReport.Rendered) {
        repeatedSeries += rendered.repeatedSeries
        droppedSeries += rendered.droppedSeries
        cutLabels += rendered.cutLabels
    }

    /// Notes a tour of the databases, and says what becomes of what the job has up.
    ///
    /// `failure` is that of one of the databases that failed; a duration of zero is that of a job that
    /// was not due.
    mutating func note(
        _ found: [PollReport.Rendered], failure: JobFailure?, taking duration: Duration, end: Duration,
        wallClock: Double
    ) -> Registry.Change {
        if duration > .zero { self.duration = duration }
        isSuccess = failure == nil
        reason = failure?.reason
        if failure == nil { lastSuccess = wallClock }
        let families = RenderedFamily.joined(found.flatMap(\.families))
        rows = found.reduce(0) { $0 + $1.rows }
        series = families.reduce(0) { $0 + $1.seriesCount }
        return .publish(families, job: name, end: end)
    }

    /// Notes a poll that the server did not answer at all.
    mutating func noteServerDown() {
        isSuccess = false
        reason = .connection
        failuresInARow = 0
        series = 0
    }
}
