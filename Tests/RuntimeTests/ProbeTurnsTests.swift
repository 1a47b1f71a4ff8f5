import Testing

@testable import Runtime

@Suite struct ProbeTurnsTests {
    private let start = ContinuousClock.now
    private var turns = ProbeTurns(mostSessions: 1)

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test mutating func `a session is wanted for the earliest tick of those who share it`() {
        turns.wait("a", in: "app", due: at(0), every: .seconds(15))
        turns.wait("b", in: "app", due: at(4), every: .seconds(10))
        turns.begin("a")
        turns.begin("b")
        #expect(turns.next(in: "app", after: at(1)) == at(14))
        #expect(turns.next(in: "app", after: at(14)) == at(15))
        #expect(turns.next(in: "app", after: at(15)) == at(24))
        #expect(turns.next(in: "app", after: at(100)) == at(104))
    }

    @Test mutating func `one who waits already wants it since his tick`() {
        turns.wait("a", in: "app", due: at(0), every: .seconds(15))
        turns.begin("a")
        turns.wait("b", in: "app", due: at(4), every: .seconds(10))
        #expect(turns.next(in: "app", after: at(6)) == at(4))
        turns.begin("b")
        #expect(turns.next(in: "app", after: at(6)) == at(14))
    }

    @Test mutating func `a tick that is not due yet is that of now, and its own next one comes after it`() {
        turns.wait("a", in: "app", due: at(1), every: .seconds(15))
        turns.begin("a")
        #expect(turns.next(in: "app", after: at(0)) == at(16))
    }

    @Test func `those in other databases want sessions of their own, while there are enough`() {
        for (mostSessions, next) in [(2, 20), (1, 14)] {
            var turns = ProbeTurns(mostSessions: mostSessions)
            turns.wait("a", in: "app", due: at(5), every: .seconds(15))
            turns.wait("b", in: "other", due: at(4), every: .seconds(10))
            turns.begin("a")
            turns.begin("b")
            #expect(turns.next(in: "app", after: at(6)) == at(next))
        }
    }

    @Test mutating func `those who are no more want nothing`() {
        turns.wait("a", in: "app", due: at(0), every: .seconds(15))
        turns.wait("b", in: "app", due: at(1), every: .seconds(10))
        turns.forgetAll(but: ["a"])
        turns.begin("a")
        #expect(turns.next(in: "app", after: at(2)) == at(15))
        turns.forgetAll(but: [])
        #expect(turns.next(in: "app", after: at(2)) == nil)
    }
}
