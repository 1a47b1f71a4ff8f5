/// Keeps the end of a target's polls away from the moments at which steady scrapers come.
///
/// Where a poll ends just when a scrape arrives, jitter of either makes one scrape see a poll twice and the
/// next miss one, which bends a rate over one minute by up to a quarter.
struct PhaseGuard: Sendable {
    /// Of the target's polls: scrapers are steady whose own interval is the same or up to four times as long.
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
    /// Scrapes whose places in the interval are no further apart are taken for those of one scraper.
    private var jitter: Duration { min(.milliseconds(500), interval / 10) }
    /// Older scrapes, in intervals, are forgotten; enough for three of a scraper at every fourth poll.
    private static let memory = 13

    /// By how much the grid is to move, for polls that end at `end` and scrapes that arrived at `arrivals`.
    ///
    /// Moves towards the middle of the widest gap between the scrapers; of gaps about as wide, the nearest.
    /// Scrapers that leave no gap of twice the safe distance, or are not steady, move nothing.
    mutating func shift(pollEnd end: Duration, arrivals: [Duration]) -> Duration {
        let gaps = gaps(between: steadyVisits(among: arrivals, until: end))
        let position = end.modulo(interval)
        let widest = gaps.map(\.width).max() ?? .zero
        let needed = isMoving ? safeDistance * 1.5 : safeDistance
        // In a gap too narrow for more than the safe distance, its middle must do.
        let reach = min(needed, widest / 3)
        guard widest >= safeDistance * 2, !gaps.contains(where: { isInside($0, position, atLeast: reach) })
        else {
            isMoving = false
            return .zero
        }
        isMoving = true
        let ways = gaps.filter { $0.width >= widest * 0.9 }
            .map { offset(from: position, to: $0.start + $0.width / 2) }
        let way = ways.min { abs($0) < abs($1) } ?? .zero
        return min(max(way, .zero - longestStep), longestStep)
    }

    // MARK: - Scrapers

    /// Where in the interval a scrape came, and in the how many-th.
    private struct Visit {
        var phase: Duration
        var round: Int
    }

    /// The visits of steady scrapers in the order of their phases, close ones together.
    private func steadyVisits(among arrivals: [Duration], until end: Duration) -> [[Visit]] {
        let visits = arrivals.filter { $0 > end - interval * Self.memory && $0 <= end }.map { arrival in
            let phase = arrival.modulo(interval)
            return Visit(phase: phase, round: Int(((arrival - phase) / interval).rounded()))
        }
        var clusters: [[Visit]] = []
        for visit in visits.sorted(by: { $0.phase < $1.phase }) {
            if let last = clusters.last?.last, visit.phase - last.phase <= jitter {
                clusters[clusters.count - 1].append(visit)
            } else {
                clusters.append([visit])
            }
        }
        if clusters.count > 1, let first = clusters[0].first, let last = clusters[clusters.count - 1].last,
            first.phase + interval - last.phase <= jitter
        {
            let wrapped = clusters.removeLast()
            clusters[0] = wrapped.map { Visit(phase: $0.phase - interval, round: $0.round + 1) } + clusters[0]
        }
        return clusters.filter { isSteady($0, at: end) }
    }

    /// Whether a scraper came three times and never stayed away for five intervals, nor has since.
    private func isSteady(_ visits: [Visit], at end: Duration) -> Bool {
        let rounds = Set(visits.map(\.round)).sorted().suffix(3)
        guard rounds.count == 3, let last = rounds.last else { return false }
        let steps =
            zip(rounds, rounds.dropFirst()).map { $1 - $0 } + [Int((end - visits[0].phase) / interval) - last]
        return steps.allSatisfy { $0 <= 4 }
    }

    // MARK: - Gaps between them

    private struct Gap {
        let start: Duration
        let width: Duration
    }

    private func gaps(between visits: [[Visit]]) -> [Gap] {
        visits.indices.compactMap { index in
            guard let start = visits[index].last?.phase,
                let end = visits[(index + 1) % visits.count].first?.phase
            else { return nil }
            let isLast = index + 1 == visits.count
            return Gap(start: start, width: max(.zero, end - start + (isLast ? interval : .zero)))
        }
    }

    /// Whether a place lies in a gap, at some distance from both its ends.
    private func isInside(_ gap: Gap, _ position: Duration, atLeast distance: Duration) -> Bool {
        let depth = (position - gap.start).modulo(interval)
        return depth >= distance && depth <= gap.width - distance
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
