import Synchronization

/// Runs things again and again, each on its own grid, until it is told to stop one.
package final class Scheduler: Sendable {
    /// Something to do at each point of a grid.
    package struct Beat: Sendable {
        package let name: String
        let interval: Duration
        /// Whose pages' scrapes to keep away from; nil for none.
        let guarded: String?
        /// How long before each point it is woken, to be ready in time.
        let lead: Duration
        /// Whether the daemon counts as dead where it does not come.
        let isVital: Bool
        /// Told which points of the grid passed unused, and when that was seen.
        let miss: @Sendable (_ ticks: [Tick], _ seen: Duration) -> Void
        let run: @Sendable (Tick) async -> Void

        /// A beat that polls: what it misses is counted.
        package init(
            _ name: String, every interval: Duration, guarded: String? = nil,
            skip: @escaping @Sendable (Int) -> Void = { _ in }, run: @escaping @Sendable () async -> Void
        ) {
            self.name = name
            self.interval = interval
            self.guarded = guarded
            lead = .zero
            isVital = true
            miss = { ticks, _ in skip(ticks.count) }
            self.run = { _ in await run() }
        }

        /// A beat that measures: what it misses is a finding.
        package init(
            measuring name: String, every interval: Duration, lead: Duration = .zero,
            miss: @escaping @Sendable (_ ticks: [Tick], _ seen: Duration) -> Void = { _, _ in },
            run: @escaping @Sendable (Tick) async -> Void
        ) {
            self.name = name
            self.interval = interval
            guarded = nil
            self.lead = lead
            isVital = false
            self.miss = miss
            self.run = run
        }
    }

    private struct State {
        var tasks: [String: Task<Void, Never>] = [:]
        var pulses: [String: (last: Duration, interval: Duration)] = [:]
        var started = 0
    }

    /// Of the groups that are started together, so many begin at once; the others wait for their place.
    private static let mostAtOnce = 8
    /// After a long sleep of the machine no more missed points than these are told of.
    private static let mostMissed = 1000

    private let timeline: Timeline
    private let scrapes: Scrapes
    private let state = Mutex(State())

    package init(timeline: Timeline, scrapes: Scrapes) {
        self.timeline = timeline
        self.scrapes = scrapes
    }

    /// Begins groups of beats that share a place on the grid; every beat has a name of its own.
    package func start(_ groups: [[Beat]]) {
        state.withLock { state in
            for (index, group) in groups.enumerated() {
                let number = state.started
                state.started += 1
                for beat in group {
                    if beat.isVital { state.pulses[beat.name] = (timeline.now, beat.interval) }
                    state.tasks[beat.name] = Task {
                        let atOnce = beat.isVital && index < Self.mostAtOnce
                        await self.repeat(beat, number: number, atOnce: atOnce)
                    }
                }
            }
        }
    }

    /// Ends a beat; returns once its run under way has ended.
    package func stop(_ name: String) async {
        let task = state.withLock { state in
            state.pulses[name] = nil
            return state.tasks.removeValue(forKey: name)
        }
        task?.cancel()
        await task?.value
    }

    /// Whether every vital beat has come within two of its intervals.
    package var isAlive: Bool {
        let now = timeline.now
        return state.withLock { $0.pulses.values.allSatisfy { now - $0.last <= $0.interval * 2 } }
    }

    private func `repeat`(_ beat: Beat, number: Int, atOnce: Bool) async {
        let base = timeline.now
        var grid = Grid(
            every: beat.interval, phase: base + Grid.phase(ofNumber: number, every: beat.interval))
        var phaseGuard = PhaseGuard(interval: beat.interval)
        var next = atOnce ? base : grid.first(from: base)
        while (try? await timeline.sleep(until: next - beat.lead)) != nil {
            let woken = timeline.now
            state.withLock { $0.pulses[beat.name]?.last = woken }
            await beat.run(grid.tick(at: next))
            let ended = timeline.now
            beat.miss(
                grid.ticks(after: next + beat.interval / 2, before: ended, limit: Self.mostMissed), ended)
            if let target = beat.guarded {
                grid.move(by: phaseGuard.shift(pollEnd: ended, arrivals: scrapes.arrivals(showing: target)))
            }
            next = grid.first(from: max(next + beat.interval / 2, ended))
        }
    }
}
