import SQL
import Testing

@testable import Postgres

@Suite struct TransactionLimitTests {
    private let start = ContinuousClock.now

    @Test func `each statement may take what is left, which is said anew only where it matters`() throws {
        var limit = TransactionLimit(.milliseconds(1005), after: [LocalSetting("statement_timeout", "600")])
        #expect(try limit.nextTimeout(at: start) == nil)
        #expect(try limit.nextTimeout(at: start + .milliseconds(300)) == nil)
        #expect(try limit.nextTimeout(at: start + .milliseconds(500)) == .milliseconds(500))
        #expect(try limit.nextTimeout(at: start + .milliseconds(504)) == nil)
        #expect(try limit.nextTimeout(at: start + .milliseconds(999)) == .milliseconds(1))
        #expect(throws: PostgresError.outOfTime) {
            try limit.nextTimeout(at: start + .seconds(1))
        }
    }

    @Test func `a transaction that says nothing of statements is told at its first`() throws {
        var limit = TransactionLimit(.milliseconds(1005), after: [LocalSetting("work_mem", "4MB")])
        #expect(try limit.nextTimeout(at: start) == .seconds(1))
    }
}
