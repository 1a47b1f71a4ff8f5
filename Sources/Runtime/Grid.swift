/// The points in time at which something is due: `phase + n · interval`.
struct Grid: Sendable, Equatable {
    let interval: Duration
    /// From zero to below `interval`.
    private(set) var phase: Duration

    init(every interval: Duration, phase: Duration) {
        precondition(interval > .zero)
        self.interval = interval
        self.phase = phase.modulo(interval)
    }

    /// The first point at or after `time`.
    func first(from time: Duration) -> Duration {
        let distance = (time - phase).modulo(interval)
        return distance == .zero ? time : time - distance + interval
    }

    /// How many points lie after `start` and before `end`.
    func count(after start: Duration, before end: Duration) -> Int {
        let point = first(from: start + .nanoseconds(1))
        return point >= end ? 0 : Int((end - point - .nanoseconds(1)) / interval) + 1
    }

    /// The point, or what is near to it, as a tick.
    func tick(at point: Duration) -> Tick {
        Tick(number: Int(((point - phase) / interval).rounded()), due: point)
    }

    /// The latest `limit` points after `start` and before `end`.
    func ticks(after start: Duration, before end: Duration, limit: Int) -> [Tick] {
        let first = first(from: start + .nanoseconds(1))
        let count = count(after: start, before: end)
        return (max(0, count - limit)..<count).map { tick(at: first + interval * $0) }
    }

    mutating func move(by shift: Duration) {
        phase = (phase + shift).modulo(interval)
    }

    /// The phase of the n-th of many that share the grid: however many there are, they lie well apart.
    ///
    /// Multiples of the golden ratio, modulo 1 (the additive recurrence of least discrepancy).
    static func phase(ofNumber number: Int, every interval: Duration) -> Duration {
        let turns = Double(number) * 0.618_033_988_749_894_9
        return interval * (turns - turns.rounded(.down))
    }
}

extension Duration {
    /// The remainder of a division, from zero to below `divisor`, also for what lies before zero.
    func modulo(_ divisor: Duration) -> Duration {
        // An integer factor multiplies exactly; a quotient that is rounded wrongly is put right below.
        let remainder = self - divisor * Int((self / divisor).rounded(.down))
        if remainder < .zero { return remainder + divisor }
        return remainder >= divisor ? remainder - divisor : remainder
    }
}
