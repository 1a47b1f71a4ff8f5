/// What a variant's latency has been of late, so that a jump is seen at once.
struct LatencyTrend: Sendable {
    private static let weight = 0.1
    private static let jump = 3.0
    /// Before that many observations nothing is called a jump.
    private static let least = 10
    private var mean = 0.0
    private var count = 0

    /// Takes in a duration; whether it is more than three times what was usual.
    mutating func isJump(_ duration: Duration) -> Bool {
        let seconds = duration / .seconds(1)
        let isJump = count >= Self.least && seconds > Self.jump * mean
        mean = count == 0 ? seconds : mean + Self.weight * (seconds - mean)
        count += 1
        return isJump
    }
}
