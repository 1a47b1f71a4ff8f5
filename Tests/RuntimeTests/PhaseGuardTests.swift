import Testing

@testable import Runtime

@Suite struct PhaseGuardTests {
    /// Scrapes that came every so often, the last at `time`.
    private func arrivals(every interval: Int = 15, until time: Double, count: Int = 6) -> [Duration] {
        (0..<count).map { .seconds(time) - .seconds(interval) * $0 }
    }

    @Test func `no scrapes, no move`() {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        #expect(phaseGuard.shift(pollEnd: .seconds(100), arrivals: []) == .zero)
    }

    @Test func `a poll that ends far from all scrapes stays`() {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        #expect(phaseGuard.shift(pollEnd: .seconds(305), arrivals: arrivals(until: 302)) == .zero)
    }

    @Test(arguments: [(302.5, 0.75), (301.5, -0.75)])
    func `a poll that ends near a steady scraper moves away by a twentieth of its interval`(
        end: Double, way: Double
    ) {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        #expect(phaseGuard.shift(pollEnd: .seconds(end), arrivals: arrivals(until: 302)) == .seconds(way))
    }

    @Test func `a poll near the end of its interval knows a scraper at the beginning`() {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        #expect(
            phaseGuard.shift(pollEnd: .seconds(299.8), arrivals: arrivals(until: 285.2)) == .seconds(-0.75))
    }

    @Test func `two scrapes in a row are not yet steady`() {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        #expect(phaseGuard.shift(pollEnd: .seconds(302), arrivals: arrivals(until: 302, count: 2)) == .zero)
    }

    @Test func `a burst of scrapes is not steady`() {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        let burst = (0..<50).map { Duration.seconds(301) + .milliseconds($0) }
        #expect(phaseGuard.shift(pollEnd: .seconds(302), arrivals: burst) == .zero)
    }

    @Test func `a scraper that has gone is forgotten`() {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        #expect(phaseGuard.shift(pollEnd: .seconds(392), arrivals: arrivals(until: 302)) == .zero)
    }

    @Test func `a move goes on a little beyond the distance that began it`() {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        let arrivals = arrivals(until: 302)
        #expect(phaseGuard.shift(pollEnd: .seconds(303.2), arrivals: arrivals) == .zero)
        #expect(phaseGuard.shift(pollEnd: .seconds(302.9), arrivals: arrivals) == .seconds(0.75))
        #expect(phaseGuard.shift(pollEnd: .seconds(303.2), arrivals: arrivals) == .seconds(0.75))
        #expect(phaseGuard.shift(pollEnd: .seconds(303.6), arrivals: arrivals) == .zero)
        #expect(phaseGuard.shift(pollEnd: .seconds(303.2), arrivals: arrivals) == .zero)
    }

    @Test func `scrapes at every moment leave no place to go`() {
        var phaseGuard = PhaseGuard(interval: .seconds(15))
        let arrivals = (0..<1000).map { Duration.milliseconds(100) * $0 }
        #expect(phaseGuard.shift(pollEnd: .seconds(100), arrivals: arrivals) == .zero)
    }
}
