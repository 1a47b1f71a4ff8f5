import Testing

@testable import Runtime

@Suite struct PhaseGuardPromiseTests {
    @Test(arguments: [1, 2, 3])
    func `after forty scrapes none sees a poll twice or misses one, and rates are right`(scrapers: Int) async
    {
        for seed in 1...30 {
            let (simulation, scrapers) = scenario(seed, scrapers)
            let outcome = await simulation.run(scrapers, scrapes: 80)
            for seen in outcome.sightings {
                #expect(pollsBetween(seen.dropFirst(39)) == [1], "\(scrapers)")
                let (atScrapes, atAnyTime) = worstRateErrors(of: seen)
                #expect(atScrapes < 0.01, "\(scrapers)")
                // Three scrapes only may lie in the minute, their time stamps off by up to 0.4 s in 30 s.
                #expect(atAnyTime < 0.016, "\(scrapers)")
            }
        }
    }

    @Test func `without the guard, jitter bends rates`() async {
        var simulation = Simulation(seed: 7)
        simulation.isGuarded = false
        let outcome = await simulation.run([Scraper(at: .milliseconds(30))], scrapes: 80)
        #expect(pollsBetween(outcome.sightings[0].dropFirst(39)) == [0, 1, 2])
        #expect(worstRateErrors(of: outcome.sightings[0]).atScrapes > 0.15)
    }

    @Test(arguments: [2, 4])
    func `scrapers that come at every second or fourth poll miss none either`(multiple: Int) async {
        for seed in 1...10 {
            let (simulation, places) = scenario(seed, 2)
            let scrapers = places.map { Scraper(every: Simulation.interval * multiple, at: $0.phase) }
            let outcome = await simulation.run(scrapers, scrapes: 60)
            for seen in outcome.sightings {
                #expect(pollsBetween(seen.dropFirst(39)) == [multiple], "\(scrapers)")
            }
        }
    }

    @Test(arguments: [1, 2, 7, 10, 11, 20, 25])
    func `scrapers of another rhythm do not keep polls on the move`(seconds: Int) async {
        for seed in 1...4 {
            let (simulation, places) = scenario(seed, 1)
            let outcome = await simulation.run(
                [Scraper(every: .seconds(seconds), at: places[0].phase)], scrapes: 1800 / seconds)
            #expect(movement(of: outcome.ends[0].dropFirst(60)) < .seconds(1), "seed \(seed)")
        }
    }

    @Test func `two scrapers half an interval apart do not tear a poll to and fro`() async {
        for seed in 1...10 {
            let places = [Scraper(at: .zero), Scraper(at: .milliseconds(7000 + seed * 100))]
            let outcome = await Simulation(start: .milliseconds(seed * 777), seed: seed).run(
                places, scrapes: 80)
            #expect(movement(of: outcome.ends[0]) < .seconds(5), "seed \(seed)")
        }
    }

    /// Three scrapers take half of the interval, so that the rest must be fuller.
    @Test(arguments: [(1, 25), (2, 30), (3, 30)])
    func `a hundred guarded targets still lie spread over the interval`(scrapers: Int, fullest: Int) async {
        var simulation = Simulation(targets: 100, start: .seconds(4))
        simulation.seed = scrapers
        let places = (0..<scrapers).map { Scraper(at: .milliseconds(3100 + 5000 * $0)) }
        let outcome = await simulation.run(places, scrapes: 40)
        let phases = outcome.ends.compactMap(\.last).map { $0.modulo(Simulation.interval) }
        #expect(phases.count == 100)
        #expect(fullestWindow(of: phases, width: .milliseconds(1500)) <= fullest)
        let near = phases.filter { phase in
            places.contains { abs((phase - $0.phase - simulation.start).centered) < .milliseconds(600) }
        }
        #expect(near.isEmpty)
    }

    // MARK: -

    /// In every third a poll ends just when the first scraper comes, in every seventh all come together.
    private func scenario(_ seed: Int, _ count: Int) -> (Simulation, [Scraper]) {
        var random = SplitMix(seed: seed * 31)
        let simulation = Simulation(start: random.duration(in: 0...30_000), seed: seed)
        var phases = (0..<count).map { _ in random.duration(in: 0...14_999) }
        if seed.isMultiple(of: 3) { phases[0] = .milliseconds(30) }
        if seed.isMultiple(of: 7) {
            phases = phases.indices.map { phases[0] + .milliseconds(seed * 20) * $0 }
        }
        return (simulation, phases.map { Scraper(at: $0) })
    }

    /// How many polls ended between two scrapes: all the numbers that occur.
    private func pollsBetween(_ seen: ArraySlice<Sighting>) -> Set<Int> {
        Set(zip(seen, seen.dropFirst()).map { $1.poll - $0.poll })
    }

    /// The largest errors of rates over one minute, which lies after the fortieth scrape.
    private func worstRateErrors(of seen: [Sighting]) -> (atScrapes: Double, atAnyTime: Double) {
        func worst(_ moments: [Duration]) -> Double {
            moments.compactMap { prometheusRate(of: seen, over: .seconds(60), until: $0) }
                .map { abs($0 - 100) / 100 }.max() ?? 1
        }
        let (first, last) = (seen[40].time + .seconds(60), seen[seen.count - 1].time)
        let seconds = Int((last - first) / .seconds(1))
        return (
            worst(seen.map(\.time).filter { $0 >= first }), worst((0..<seconds).map { first + .seconds($0) })
        )
    }

    /// By how much all moves together went beyond the jitter of the polls.
    private func movement(of ends: some Collection<Duration>) -> Duration {
        zip(ends, ends.dropFirst()).map { abs($1 - $0 - Simulation.interval) }
            .filter { $0 > .milliseconds(60) }.reduce(.zero, +)
    }

    private func fullestWindow(of phases: [Duration], width: Duration) -> Int {
        phases.map { start in phases.filter { ($0 - start).modulo(Simulation.interval) < width }.count }.max()
            ?? 0
    }
}

extension Duration {
    /// Between minus half and half of the interval.
    fileprivate var centered: Duration {
        (self + Simulation.interval / 2).modulo(Simulation.interval) - Simulation.interval / 2
    }
}

private func abs(_ duration: Duration) -> Duration {
    duration < .zero ? .zero - duration : duration
}
