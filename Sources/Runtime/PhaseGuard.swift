/// Keeps the end of a target's polls away from the moments at which steady scrapers come.
///
/// Where a poll ends just when a scrape arrives, jitter of either makes one scrape see a poll twice and the
/// next miss one, which bends a rate over one minute by up to a quarter.
struct PhaseGuard: Sendable {
    /// Of the target's polls: scrapers are steady whose own interval is the same or a multiple.
    private let interval: Duration
    /// Whether a move is under way: it goes on a little beyond the distance that began it.
    private var isMoving = false

    init(interval: Duration) {
        self.interval = interval
    }

    /// The distance that makes a target move: one second, less for intervals of few seconds.
    private var safeDistance: Duration { min(.seconds(1), interval / 15) }
    /// The furthest that a target moves at once.
    private var longestStep: Duration { interval / 20 }

    /// By how much the grid is to move, for polls that end at `end` and scrapes that arrived at `arrivals`.
    ///
    /// Moves towards the middle of the widest gap between the scrapers; of gaps about as wide, the nearest.
    mutating func shift(pollEnd end: Duration, arrivals: [Duration]) -> Duration {
        let scrapers = steadyPhases(of: arrivals, until: end)
        let position = end.modulo(interval)
        let distance = scrapers.map { abs(offset(from: $0, to: position)) }.min()
        guard let distance, distance < (isMoving ? safeDistance * 1.5 : safeDistance) else {
            isMoving = false
            return .zero
        }
        isMoving = true
        let way = offset(from: position, to: middleOfWidestGap(between: scrapers, near: position))
        return min(max(way, .zero - longestStep), longestStep)
    }

    /// Where scrapes have kept coming: at least three in the last six intervals, close together.
    private func steadyPhases(of arrivals: [Duration], until end: Duration) -> [Duration] {
        let recent = arrivals.filter { $0 > end - interval * 6 }.map { $0.modulo(interval) }.sorted()
        guard let first = recent.first else { return [] }
        var clusters: [[Duration]] = [[first]]
        for phase in recent.dropFirst() {
            if let last = clusters[clusters.count - 1].last, phase - last <= safeDistance / 2 {
                clusters[clusters.count - 1].append(phase)
            } else {
                clusters.append([phase])
            }
        }
        if clusters.count > 1, let last = clusters[clusters.count - 1].last,
            first + interval - last <= safeDistance / 2
        {
            clusters[0] = clusters.removeLast().map { $0 - interval } + clusters[0]
        }
        return clusters.filter { $0.count >= 3 }
            .map { ($0.reduce(.zero, +) / $0.count).modulo(interval) }.sorted()
    }

    private func middleOfWidestGap(between phases: [Duration], near position: Duration) -> Duration {
        let gaps = phases.indices.map { index in
            let next = index + 1 < phases.count ? phases[index + 1] : phases[0] + interval
            let width = next - phases[index]
            return (width: width, middle: (phases[index] + width / 2).modulo(interval))
        }
        let widest = gaps.map(\.width).max() ?? interval
        let wide = gaps.filter { $0.width >= widest * 0.9 }.map(\.middle)
        let nearest = wide.min { abs(offset(from: position, to: $0)) < abs(offset(from: position, to: $1)) }
        return nearest ?? position
    }

    /// The shortest way round the interval, forwards or backwards.
    private func offset(from a: Duration, to b: Duration) -> Duration {
        let forwards = (b - a).modulo(interval)
        return forwards > interval / 2 ? forwards - interval : forwards
    }
}

private func abs(_ duration: Duration) -> Duration {
    duration < .zero ? .zero - duration : duration
}
