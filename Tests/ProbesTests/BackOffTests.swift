import Testing

@testable import Probes

@Suite struct BackOffTests {
    @Test
    func `after timeouts in a row a probe runs at every second tick, every fourth, at last every sixteenth`()
    {
        var backOff = BackOff()
        let runs = (0..<80).filter { tick in
            guard !backOff.passes(over: tick) else { return false }
            backOff.note(timedOut: true, at: tick)
            return true
        }
        #expect(runs == [0, 1, 3, 7, 15, 31, 47, 63, 79])
    }

    @Test func `an answer ends it`() {
        var backOff = BackOff()
        for tick in [0, 1, 3] { backOff.note(timedOut: true, at: tick) }
        #expect(backOff.passes(over: 6))
        backOff.note(timedOut: false, at: 7)
        #expect(!backOff.passes(over: 8))
        backOff.note(timedOut: true, at: 8)
        #expect(!backOff.passes(over: 9))
    }
}
