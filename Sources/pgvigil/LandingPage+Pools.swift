import Bench
import Pools

/// How full the pools are, at `/`.
extension LandingPage {
    /// Those where clients wait come first, then the fullest; the rest is only counted.
    private static let mostPools = 50

    /// The table of pools; nothing where none says how it fares.
    static func pools(of list: Watchlist) -> String {
        let pools = list.pools.flatMap { target, readings in
            readings.joined.filter(\.hasGauges).map { (target: target, reading: $0) }
        }.sorted { $0.reading.need > $1.reading.need }
        guard !pools.isEmpty else { return "" }
        let rest = pools.count - mostPools
        return """
            <table>
            <thead><tr><th>Target</th><th>Pool</th><th>User</th><th class="number">In use</th>\
            <th class="number">Waiting</th><th class="number">Longest wait</th></tr></thead>
            <tbody>
            \(pools.prefix(mostPools).map { row($0.target, $0.reading) }.joined())</tbody>
            </table>
            \(rest > 0 ? "<p>and \(rest) more</p>" : "")
            """
    }

    private static func row(_ target: String, _ pool: PoolReading) -> String {
        let limit = pool.allowed.map { " of \($0.text(decimals: 0))" } ?? ""
        let used = pool.used.map { $0.text(decimals: 0) + limit }
        let wait = pool.oldestWaitSeconds.map { "\($0.text(decimals: 1)) s" }
        return """
            <tr><td>\(escaped(target))</td><td>\(escaped(pool.pool))</td>\
            <td>\(escaped(pool.user ?? ""))</td><td class="number">\(used ?? "")</td>\
            <td class="number">\(pool.pending?.text(decimals: 0) ?? "")</td>\
            <td class="number">\(wait ?? "")</td></tr>

            """
    }
}

extension PoolReading {
    /// Of the pool as it is; a pooler gives what it counts over all users apart.
    fileprivate var hasGauges: Bool { used != nil || pending != nil }

    /// How much a look at the pool is needed.
    fileprivate var need: (waiting: Double, share: Double) {
        let share = if let used, let allowed, allowed > 0 { used / allowed } else { 0.0 }
        return (pending ?? 0, share)
    }
}
