import Synchronization

@testable import Runtime

/// The real scheduler with targets whose polls take 5 to 60 ms, scraped by some scrapers, on a test clock.
struct Simulation {
    static let interval = Duration.seconds(15)

    var targets = 1
    var isGuarded = true
    /// The targets' first polls begin here on the timeline.
    var start = Duration.zero
    var seed = 1

    struct Outcome {
        /// By scraper, what its scrapes saw of the first target.
        var sightings: [[Sighting]]
        /// By target, when its polls ended.
        let ends: [[Duration]]
    }

    /// Runs for so many scrapes of each scraper.
    func run(_ scrapers: [Scraper], scrapes count: Int) async -> Outcome {
        let clock = TestClock()
        let timeline = Timeline(clock)
        clock.advance(by: start)
        let scrapes = Scrapes()
        let scheduler = Scheduler(timeline: timeline, scrapes: scrapes)
        let journals = (0..<targets).map { _ in Journal<Duration>() }
        scheduler.start(journals.enumerated().map { [beat($0, timeline, $1)] })
        await clock.sleepers(targets)
        var outcome = [[Sighting]](repeating: [], count: scrapers.count)
        for (time, scraper) in arrivals(of: scrapers, count) {
            await clock.run(to: time, sleepers: targets)
            scrapes.record(at: time, of: nil)
            let ends = journals[0].entries
            let value = 100 * ((ends.last ?? .zero) / .seconds(1))
            outcome[scraper].append(Sighting(time: time, poll: ends.count, value: value))
        }
        for number in 0..<targets { await scheduler.stop("\(number)") }
        return Outcome(sightings: outcome, ends: journals.map(\.entries))
    }

    private func beat(_ number: Int, _ timeline: Timeline, _ journal: Journal<Duration>) -> Scheduler.Beat {
        Scheduler.Beat("\(number)", every: Self.interval, guarded: isGuarded ? "\(number)" : nil) {
            var random = SplitMix(seed: seed * 1_000_000 + number * 1000 + journal.entries.count)
            let end = timeline.now + random.duration(in: 5...60)
            guard (try? await timeline.sleep(until: end)) != nil else { return }
            journal.note(timeline.now)
        }
    }

    private func arrivals(of scrapers: [Scraper], _ count: Int) -> [(time: Duration, scraper: Int)] {
        var random = SplitMix(seed: seed)
        let all = scrapers.enumerated().flatMap { number, scraper in
            scraper.arrivals(count, using: &random).map { (time: start + $0, scraper: number) }
        }
        return all.sorted { $0.time < $1.time }
    }
}
