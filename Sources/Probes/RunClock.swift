/// The time of one run: from its tick to its last row.
struct RunClock: Sendable {
    /// nil where the run starts when it is sent.
    let due: ContinuousClock.Instant?
    private(set) var sent: ContinuousClock.Instant?
    private var ended: ContinuousClock.Instant?
    private let made = ContinuousClock.now

    /// How late the thread's own timer may be: then the clock starts at the sending, else at the tick.
    private static let grace = Duration.milliseconds(1)

    init(due: ContinuousClock.Instant?) {
        self.due = due
    }

    mutating func send() {
        sent = .now
    }

    mutating func stop() {
        ended = .now
    }

    var start: ContinuousClock.Instant {
        guard let due else { return sent ?? made }
        guard let sent else { return due }
        return sent - due <= Self.grace ? sent : due
    }

    var duration: Duration { (ended ?? .now) - start }
}
