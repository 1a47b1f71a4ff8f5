import Testing

@testable import Runtime

@Suite struct JobRecordTests {
    private var record = JobRecord(.idle("job"), of: .seconds(15), number: 0)

    private mutating func run(_ failure: JobFailure.Reason?, at time: Duration = .zero) -> String? {
        record.note(.of("job", failure: failure), at: time, wallClock: 1_800_000_000)?.summary
    }

    @Test mutating func `a run that succeeds is published and counted`() {
        #expect(record.isSuccess == nil)
        #expect(run(nil) == "publish job")
        #expect(run(nil) == "publish job")
        #expect(record.isSuccess == true)
        #expect(record.reason == nil)
        #expect(record.lastSuccess == 1_800_000_000)
        #expect(record.duration == .milliseconds(7))
        #expect(record.rows == 2)
        #expect(record.series == 2)
        #expect((record.repeatedSeries, record.droppedSeries, record.cutLabels) == (2, 6, 8))
    }

    @Test(arguments: [(nil, 60), (15, 60), (60, 180), (3600, 10800), (5, 60)])
    mutating func `findings last for three intervals, a minute at least`(interval: Int?, seconds: Int) {
        record = JobRecord(.idle("job", every: interval.map { .seconds($0) }), of: .seconds(15), number: 0)
        let change = record.note(.of("job", failure: nil), at: .seconds(100), wallClock: 0)
        guard case .publish(_, _, let end)? = change else {
            Issue.record("not published")
            return
        }
        #expect(end == .seconds(100 + seconds))
    }

    @Test mutating func `one failure keeps the last values, the second withdraws them`() {
        _ = run(nil)
        #expect(run(.timeout) == nil)
        #expect(record.isSuccess == false)
        #expect(record.reason == .timeout)
        #expect(record.series == 2)
        #expect(record.lastSuccess == 1_800_000_000)
        #expect(run(.lock) == "withdraw job")
        #expect(record.reason == .lock)
        #expect(record.series == 0)
    }

    @Test mutating func `a success between two failures begins the count anew`() {
        _ = run(.timeout)
        _ = run(nil)
        #expect(run(.timeout) == nil)
    }

    @Test(arguments: [JobFailure.Reason.privileges, .missing])
    mutating func `a refusal withdraws at once and rests for ten minutes`(reason: JobFailure.Reason) {
        _ = run(nil)
        #expect(run(reason, at: .seconds(100)) == "withdraw job")
        #expect(record.isResting(at: .seconds(699)))
        #expect(!record.isResting(at: .seconds(700)))
        record.wake()
        #expect(!record.isResting(at: .seconds(100)))
    }

    @Test(arguments: [JobFailure.Reason.timeout, .lock, .recoveryConflict, .result, .connection, .other])
    mutating func `other failures do not rest`(reason: JobFailure.Reason) {
        _ = run(reason)
        _ = run(reason)
        #expect(!record.isResting(at: .zero))
    }

    @Test mutating func `a server that is down takes everything, and the count begins anew`() {
        _ = run(nil)
        _ = run(.timeout)
        record.noteServerDown()
        #expect(record.isSuccess == false)
        #expect(record.reason == .connection)
        #expect(record.series == 0)
        #expect(run(.timeout) == nil)
    }
}
