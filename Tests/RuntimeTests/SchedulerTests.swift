import Testing

@testable import Runtime

@Suite struct SchedulerTests {
    private let clock = TestClock()
    private let timeline: Timeline
    private let scheduler: Scheduler
    private let starts = Journal<Duration>()

    init() {
        timeline = Timeline(clock)
        scheduler = Scheduler(timeline: timeline, scrapes: Scrapes())
    }

    /// A beat that notes when it begins and then takes some time.
    private func beat(
        _ name: String = "a", taking duration: Duration, skip: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> Scheduler.Beat {
        Scheduler.Beat(name, every: .seconds(15), skip: skip) { [timeline, starts] in
            starts.note(timeline.now)
            try? await timeline.sleep(until: timeline.now + duration)
        }
    }

    @Test func `beats stay on their grid although runs take time`() async {
        scheduler.start([[beat(taking: .seconds(4))]])
        await clock.run(to: .seconds(3600), sleepers: 1)
        #expect(starts.entries == (0...240).map { .seconds(15) * $0 })
        await scheduler.stop("a")
    }

    @Test func `ticks that pass during a run are skipped and counted`() async {
        let skips = Journal<Int>()
        scheduler.start([[beat(taking: .seconds(40)) { skips.note($0) }]])
        await clock.run(to: .seconds(130), sleepers: 1)
        #expect(starts.entries == [.zero, .seconds(45), .seconds(90)])
        #expect(skips.entries == [2, 2, 2])
        await scheduler.stop("a")
    }

    @Test func `a run that ends just at a tick skips none`() async {
        let skips = Journal<Int>()
        scheduler.start([[beat(taking: .seconds(15)) { skips.note($0) }]])
        await clock.run(to: .seconds(40), sleepers: 1)
        #expect(starts.entries == [.zero, .seconds(15), .seconds(30)])
        #expect(skips.entries == [0, 0])
        await scheduler.stop("a")
    }

    @Test func `ticks slept through are counted`() async {
        let skips = Journal<Int>()
        scheduler.start([[beat(taking: .seconds(1)) { skips.note($0) }]])
        await clock.run(to: .seconds(2), sleepers: 1)
        await clock.sleepers(1)
        clock.advance(to: .seconds(50))  // As after a pause of the whole machine.
        await clock.run(to: .seconds(70), sleepers: 1)
        #expect(starts.entries == [.zero, .seconds(50), .seconds(60)])
        #expect(skips.entries == [0, 2, 0])
        await scheduler.stop("a")
    }

    @Test func `the place of a beat that began at once is no skipped tick`() async {
        let skips = Journal<Int>()
        scheduler.start([[]])
        scheduler.start([[]])
        // Its place is 3.5 s into the interval.
        scheduler.start([[beat(taking: .seconds(5)) { skips.note($0) }]])
        await clock.run(to: .seconds(10), sleepers: 1)
        #expect(skips.entries == [0])
        await scheduler.stop("a")
    }

    @Test func `the first eight begin at once, the ninth waits for its place`() async {
        scheduler.start((0..<9).map { [beat("\($0)", taking: .zero)] })
        await clock.sleepers(9)
        await clock.run(to: .milliseconds(1), sleepers: 9)
        await clock.sleepers(9)
        #expect(starts.entries == Array(repeating: .zero, count: 8))
        let place = Grid.phase(ofNumber: 8, every: .seconds(15))
        await clock.run(to: place - .milliseconds(1), sleepers: 9)
        #expect(!starts.entries.contains(place))
        await clock.run(to: place + .milliseconds(1), sleepers: 9)
        #expect(starts.entries.contains(place))
        for number in 0..<9 { await scheduler.stop("\(number)") }
    }

    @Test func `a hundred spread over the interval`() async {
        scheduler.start((0..<100).map { [beat("\($0)", taking: .milliseconds(50))] })
        await clock.sleepers(100)
        await clock.run(to: .seconds(31), sleepers: 100)
        let round = starts.entries.filter { $0 >= .seconds(15) && $0 < .seconds(30) }
        #expect(round.count == 100)
        for start in round {
            #expect(round.filter { ($0 - start).modulo(.seconds(15)) < .milliseconds(750) }.count <= 12)
        }
        for number in 0..<100 { await scheduler.stop("\(number)") }
    }

    @Test func `a beat that measures is woken ahead of its points, and hears of those that it missed`() async
    {
        let (points, missed) = (Journal<Tick>(), Journal<(Tick, Duration)>())
        let beat = Scheduler.Beat(
            measuring: "a", every: .seconds(10), lead: .milliseconds(50),
            miss: { ticks, seen in for tick in ticks { missed.note((tick, seen)) } },
            run: { [timeline, starts] tick in
                starts.note(timeline.now)
                points.note(tick)
                guard tick.number == 1 else { return }
                try? await timeline.sleep(until: .seconds(35))
            })
        scheduler.start([[beat]])
        await clock.run(to: .seconds(45), sleepers: 1)
        let wakings = [Duration.zero, .milliseconds(9950), .milliseconds(39_950)]
        #expect(starts.entries == wakings)
        #expect(points.entries.map(\.number) == [0, 1, 4])
        #expect(points.entries.map(\.due) == [.zero, .seconds(10), .seconds(40)])
        #expect(missed.entries.map(\.0.number) == [2, 3])
        #expect(missed.entries.map(\.0.due) == [.seconds(20), .seconds(30)])
        #expect(missed.entries.allSatisfy { $0.1 == .seconds(35) })
        #expect(scheduler.isAlive)
        await scheduler.stop("a")
    }

    @Test func `stop returns after the run under way`() async {
        let (events, gate) = (Journal<String>(), Gate())
        scheduler.start([
            [
                Scheduler.Beat("a", every: .seconds(15)) {
                    events.note("begun")
                    await gate.wait()
                    events.note("ended")
                }
            ]
        ])
        await clock.sleepers(1)
        clock.advance(by: .zero)
        await gate.waiter()
        async let stopped: Void = scheduler.stop("a")
        for _ in 0..<20 { await Task.yield() }
        #expect(events.entries == ["begun"])
        gate.open()
        await stopped
        #expect(events.entries == ["begun", "ended"])
    }

    @Test func `a stopped beat does not come again, the others go on`() async {
        scheduler.start([[beat("a", taking: .seconds(1)), beat("b", taking: .seconds(1))]])
        await clock.run(to: .seconds(2), sleepers: 2)
        await scheduler.stop("a")
        await clock.run(to: .seconds(17), sleepers: 1)
        #expect(starts.entries == [.zero, .zero, .seconds(15)])
        await scheduler.stop("b")
    }

    @Test func `a beat that has not come for two intervals shows`() async {
        #expect(scheduler.isAlive)
        scheduler.start([[beat(taking: .seconds(300))]])
        await clock.run(to: .seconds(30), sleepers: 1)
        #expect(scheduler.isAlive)
        await clock.run(to: .seconds(31), sleepers: 1)
        #expect(!scheduler.isAlive)
        await scheduler.stop("a")
        #expect(scheduler.isAlive)
    }
}
