import Testing

@testable import Runtime

@Suite struct CadenceTests {
    @Test(arguments: [
        (15, 15, 1), (60, 15, 4), (300, 15, 20), (3600, 15, 240), (20, 15, 1), (40, 15, 3), (5, 15, 1),
        (60, 60, 1),
    ])
    func `a job runs at the nearest multiple of its target's interval`(
        interval: Int, target: Int, period: Int
    ) {
        for number in 0...50 {
            let cadence = Cadence(every: .seconds(interval), target: .seconds(target), number: number)
            let runs = (0..<period * 5).filter { cadence.isDue(poll: $0) }
            #expect(runs.count == 5)
            #expect(zip(runs, runs.dropFirst()).allSatisfy { $1 - $0 == period })
        }
    }

    @Test func `rare jobs run once soon after a connect, one a poll`() {
        let hourly = (0..<10).map { Cadence(every: .seconds(3600), target: .seconds(15), number: $0) }
        for poll in 0..<240 {
            #expect(hourly.filter { $0.isDue(poll: poll) }.count == (poll < 10 ? 1 : 0))
        }
    }
}
