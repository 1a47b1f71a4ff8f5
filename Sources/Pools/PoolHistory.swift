package import PoolDefinitions

/// What is kept of pools' readings over the window of their sizing: totals, at no more than 62 moments each.
package struct PoolHistory: Sendable {
    package let sizing: Sizing
    private var traces: [PoolReading.Key: Trace] = [:]

    package init(_ sizing: Sizing) {
        self.sizing = sizing
    }

    /// Adds what was read at `time`, which never falls.
    ///
    /// A pool that is missing for a whole window is forgotten.
    package mutating func note(_ readings: [PoolReading], at time: Duration) {
        for (key, readings) in Dictionary(grouping: readings, by: \.keyOfPool) {
            let latest = Latest(readings)
            if traces[key]?.note(latest, at: time, window: sizing.window) == nil {
                traces[key] = Trace(latest, at: time)
            }
        }
        traces = traces.filter { $0.value.latestTime > time - sizing.window }
    }

    /// How many moments are kept of a pool.
    func moments(of key: PoolReading.Key) -> Int { traces[key]?.kept.count ?? 0 }

    /// Time that connections of a pool were in use, without the time that clients waited for them.
    func useSeconds(of key: PoolReading.Key) -> Double? { traces[key]?.useSeconds }

    /// What has happened in a pool since the window began; nil before there are two readings.
    func change(of key: PoolReading.Key) -> Change? { traces[key]?.change }
}

extension PoolHistory {
    /// What happened in a pool over about a window.
    struct Change: Equatable {
        /// Whether it is the whole window.
        var isFull: Bool
        var acquired: Double?
        var waitSeconds: Double?
        /// The mean number of connections in use.
        var concurrent: Double?
    }

    /// A pool's counters and connections in use, over all its users.
    private struct Latest {
        let acquired: Double?
        let waitSeconds: Double?
        let useSeconds: Double?
        let useIncludesWaits: Bool
        let used: Double?

        init(_ readings: [PoolReading]) {
            func sum(_ value: (PoolReading) -> Double?) -> Double? {
                let values = readings.compactMap(value)
                return values.isEmpty ? nil : values.reduce(0, +)
            }
            acquired = sum(\.acquired)
            waitSeconds = sum(\.waitSeconds)
            useSeconds = sum(\.useSeconds)
            useIncludesWaits = readings.contains(where: \.useIncludesWaits)
            used = sum(\.used)
        }

        var counters: [Double?] { [acquired, waitSeconds, useSeconds] }

        /// A wait is counted before the transaction that it belongs to, so that this may fall.
        var useWithoutWaits: Double? {
            useIncludesWaits ? useSeconds.map { max(0, $0 - (waitSeconds ?? 0)) } : useSeconds
        }
    }

    /// What has been added up since the pool was first read.
    private struct Totals {
        var time: Duration
        var acquired = 0.0
        var waitSeconds = 0.0
        var useSeconds = 0.0
        /// Of samples of connections in use.
        var used = 0.0
        var samples = 0.0
    }

    private struct Trace {
        private var latest: Latest
        private var totals: Totals
        /// The first is where the window begins; each of the others is at least a sixtieth of it later.
        private(set) var kept: [Totals]
        private var isFull = false
        private(set) var useSeconds: Double?

        init(_ latest: Latest, at time: Duration) {
            self.latest = latest
            totals = Totals(time: time)
            kept = [totals]
            useSeconds = latest.useWithoutWaits
        }

        var latestTime: Duration { totals.time }

        /// Nil, and nothing noted, where the latest reading is a whole window old.
        mutating func note(_ reading: Latest, at time: Duration, window: Duration) -> Void? {
            guard time - totals.time < window else { return nil }
            var new = totals
            new.time = time
            // Where one fell, all began anew, and nobody knows when they counted what they count now.
            let isReset = zip(latest.counters, reading.counters).contains { before, now in
                if let before, let now { now < before } else { false }
            }
            if !isReset {
                new.acquired += increase(latest.acquired, reading.acquired)
                new.waitSeconds += increase(latest.waitSeconds, reading.waitSeconds)
                new.useSeconds += increase(latest.useSeconds, reading.useSeconds)
            }
            if let used = reading.used {
                new.used += used
                new.samples += 1
            }
            latest = reading
            totals = new
            useSeconds = reading.useWithoutWaits.map { now in
                reading.useIncludesWaits ? max(now, useSeconds ?? 0) : now
            }
            if let last = kept.last, time - last.time >= window / 60 { kept.append(new) }
            while kept.count > 1, kept[1].time <= time - window { kept.removeFirst() }
            isFull = kept[0].time <= time - window
            return ()
        }

        var change: Change? {
            let start = kept[0]
            let seconds = (totals.time - start.time) / .seconds(1)
            guard seconds > 0 else { return nil }
            let samples = totals.samples - start.samples
            let sampled = samples > 0 ? (totals.used - start.used) / samples : nil
            let waited = totals.waitSeconds - start.waitSeconds
            let used = totals.useSeconds - start.useSeconds - (latest.useIncludesWaits ? waited : 0)
            let counted = latest.useSeconds.map { _ in max(0, used) / seconds }
            return Change(
                isFull: isFull,
                acquired: latest.acquired.map { _ in totals.acquired - start.acquired },
                waitSeconds: latest.waitSeconds.map { _ in waited },
                // A use is counted once it has ended: one that lasts shows in the samples alone.
                concurrent: [counted, sampled].compactMap(\.self).max())
        }

        private func increase(_ before: Double?, _ now: Double?) -> Double {
            if let before, let now, (now - before).isFinite { now - before } else { 0 }
        }
    }
}
