/// Stands back after timeouts in a row: every second tick, every fourth, at last every sixteenth.
struct BackOff: Sendable {
    private static let longest = 16
    private var timeouts = 0
    private var next = Int.min

    /// Whether the tick is to be let pass.
    func passes(over tick: Int) -> Bool { tick < next }

    mutating func note(timedOut: Bool, at tick: Int) {
        timeouts = timedOut ? timeouts + 1 : 0
        // The first timeout changes nothing: one slow answer is no reason to look less closely.
        next = timeouts > 1 ? tick + min(1 << min(timeouts - 1, 8), Self.longest) : Int.min
    }
}
