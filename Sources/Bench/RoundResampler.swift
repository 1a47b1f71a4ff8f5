/// The bootstrap of a percentile over rounds: what it might have been, had other rounds come.
///
/// Latencies of one round share a checkpoint or a busy neighbour, so that they say less than their number
/// promises: whole rounds are drawn, never single latencies (the cluster bootstrap).
struct RoundResampler {
    /// All buckets that any round has, by rising latency.
    private let seconds: [Double]
    /// For each of them the counts of all rounds, one after the other.
    private let counts: [Int]
    private let totals: [Int]

    /// nil where there are no two rounds to choose from.
    init?(_ rounds: [LatencySketch]) {
        guard rounds.count > 1 else { return nil }
        let buckets = Set(rounds.flatMap { $0.counts.map { $0[0] } }).sorted()
        let places = Dictionary(uniqueKeysWithValues: buckets.enumerated().map { ($1, $0) })
        var counts = Array(repeating: 0, count: buckets.count * rounds.count)
        for (round, sketch) in rounds.enumerated() {
            for pair in sketch.counts {
                if let place = places[pair[0]] { counts[place * rounds.count + round] = pair[1] }
            }
        }
        self.counts = counts
        seconds = buckets.map(LatencySketch.seconds(of:))
        totals = rounds.map(\.count)
    }

    /// The percentile of as many rounds as there are, each drawn from all of them; nil where those are empty.
    func draw(_ percentile: Percentile, using generator: inout SeededGenerator) -> Double? {
        var weights = Array(repeating: 0, count: totals.count)
        for _ in totals { weights[Int.random(in: 0..<totals.count, using: &generator)] += 1 }
        let rank = percentile.rank(among: zip(weights, totals).reduce(0) { $0 + $1.0 * $1.1 })
        var below = 0
        for bucket in seconds.indices {
            for round in weights.indices { below += weights[round] * counts[bucket * weights.count + round] }
            if below >= rank { return seconds[bucket] }
        }
        return nil
    }
}
