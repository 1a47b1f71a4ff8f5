package import Exposition
import Synchronization

/// The latest samples of every job of every target, for whoever asks.
package final class Registry: Sendable {
    fileprivate struct Entry {
        let families: [RenderedFamily]
        /// When this is too old to be shown.
        let end: Duration
    }

    fileprivate struct Shelf {
        var entries: [String: Entry] = [:]
        /// Changes whenever what the target shows changes.
        var generation = 0
        /// Families left out since another job of the target has them already.
        var conflicts = 0
    }

    fileprivate struct State {
        var shelves: [String: Shelf] = [:]
        var generation = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Puts up what a target's poll brought, all at once: a generation ends.
    ///
    /// In one target, a family belongs to the job that published it first: were two jobs to show the same
    /// family, no page could tell their samples apart.
    package func apply(_ changes: [Change], to target: String) {
        state.withLock { state in
            var shelf = state.shelves[target, default: Shelf()]
            for change in changes { shelf.apply(change) }
            shelf.generation = state.endGeneration()
            state.shelves[target] = shelf
        }
    }

    /// Forgets a target.
    package func remove(_ target: String) {
        state.withLock { state in
            state.shelves[target] = nil
            _ = state.endGeneration()
        }
    }

    /// Says that something else has changed that pages show: a generation ends.
    package func noteChange() {
        state.withLock { _ = $0.endGeneration() }
    }

    /// Drops what is too old at `time`.
    package func expire(at time: Duration) {
        state.withLock { state in
            for (target, shelf) in state.shelves {
                let fresh = shelf.entries.filter { $0.value.end > time }
                guard fresh.count < shelf.entries.count else { continue }
                let generation = state.endGeneration()
                state.shelves[target]?.entries = fresh
                state.shelves[target]?.generation = generation
            }
        }
    }

    /// The number of what is up now, for one target or for all.
    package func generation(of target: String?) -> Int {
        state.withLock { state in
            if let target { state.shelves[target]?.generation ?? 0 } else { state.generation }
        }
    }

    /// What is up now, in the order of targets and jobs, and its number.
    package func contents(of target: String?) -> (generation: Int, families: [RenderedFamily]) {
        let (generation, shelves) = state.withLock { state in
            if let target {
                let shelf = state.shelves[target]
                return (shelf?.generation ?? 0, [target: shelf ?? Shelf()])
            }
            return (state.generation, state.shelves)
        }
        let families = shelves.sorted { $0.key < $1.key }.flatMap { _, shelf in
            shelf.entries.sorted { $0.key < $1.key }.flatMap(\.value.families)
        }
        return (generation, families)
    }

    /// How much is up, by target.
    package var sizes: [String: Size] {
        state.withLock { state in
            state.shelves.mapValues { shelf in
                var size = Size()
                size.conflicts = shelf.conflicts
                for family in shelf.entries.values.flatMap(\.families) {
                    size.series += family.seriesCount
                    size.bytes += family.byteCount
                }
                return size
            }
        }
    }
}

extension Registry {
    package enum Change: Sendable {
        /// What a job found, until `end` at the latest.
        case publish([RenderedFamily], job: String, end: Duration)
        case withdraw(job: String)
        /// Everything goes but what these jobs have up.
        case withdrawAll(but: Set<String>)
    }

    package struct Size: Sendable, Equatable {
        package fileprivate(set) var series = 0
        package fileprivate(set) var bytes = 0
        package fileprivate(set) var conflicts = 0
    }
}

extension Registry.State {
    fileprivate mutating func endGeneration() -> Int {
        generation += 1
        return generation
    }
}

extension Registry.Shelf {
    fileprivate mutating func apply(_ change: Registry.Change) {
        switch change {
        case .publish(let families, let job, let end):
            let taken = Set(
                entries.filter { $0.key != job }.values.flatMap { $0.families.map(\.metric.name) })
            let ours = families.filter { !taken.contains($0.metric.name) }
            conflicts += families.count - ours.count
            entries[job] = Registry.Entry(families: ours, end: end)
        case .withdraw(let job):
            entries[job] = nil
        case .withdrawAll(let jobs):
            entries = entries.filter { jobs.contains($0.key) }
        }
    }
}
