import Testing

@testable import Runtime

@Suite struct GridTests {
    struct Case: Sendable, CustomStringConvertible {
        let phase: Double
        let time: Double
        let first: Double
        var description: String { "phase \(phase), from \(time)" }
    }

    @Test(arguments: [
        Case(phase: 0, time: 0, first: 0), Case(phase: 0, time: 0.5, first: 15),
        Case(phase: 0, time: 15, first: 15), Case(phase: 4, time: 0, first: 4),
        Case(phase: 4, time: 4, first: 4), Case(phase: 4, time: 4.25, first: 19),
        Case(phase: 19, time: 0, first: 4), Case(phase: -1, time: 0, first: 14),
        Case(phase: 4, time: -20, first: -11), Case(phase: 4, time: -11, first: -11),
        Case(phase: 4, time: 15e7, first: 15e7 + 4), Case(phase: 4, time: 15e7 + 4, first: 15e7 + 4),
    ])
    func `the first point is at or after a time`(example: Case) {
        let grid = Grid(every: .seconds(15), phase: .seconds(example.phase))
        #expect(grid.first(from: .seconds(example.time)) == .seconds(example.first))
    }

    @Test(arguments: [
        (0.0, 0.0, 0), (0.0, 15.0, 0), (0.0, 15.5, 1), (1.0, 15.0, 0), (0.0, 45.0, 2), (0.0, 45.5, 3),
        (-1.0, 1.0, 1),
        (20.0, 10.0, 0),
    ])
    func `points are counted between two times, themselves left out`(start: Double, end: Double, count: Int) {
        let grid = Grid(every: .seconds(15), phase: .zero)
        #expect(grid.count(after: .seconds(start), before: .seconds(end)) == count)
    }

    @Test func `points stay exact for years`() {
        let interval = Duration.nanoseconds(15_000_000_001)
        let grid = Grid(every: interval, phase: .nanoseconds(7))
        let years = interval * 20_000_000 + .nanoseconds(7)
        #expect(grid.first(from: years) == years)
        #expect(grid.first(from: years + .nanoseconds(1)) == years + interval)
    }

    @Test func `a grid moves either way round its interval`() {
        var grid = Grid(every: .seconds(15), phase: .seconds(1))
        grid.move(by: .seconds(-2))
        #expect(grid.phase == .seconds(14))
        grid.move(by: .seconds(3))
        #expect(grid.phase == .seconds(2))
    }

    @Test(arguments: [2, 10, 100, 500])
    func `the phases of many lie well apart`(count: Int) {
        let interval = Duration.seconds(15)
        let phases = (0..<count).map { Grid.phase(ofNumber: $0, every: interval) }.sorted()
        let gaps = zip(phases, phases.dropFirst() + [phases[0] + interval]).map { $1 - $0 }
        #expect(gaps.allSatisfy { $0 <= interval * 3 / count && $0 > .zero })
    }
}
