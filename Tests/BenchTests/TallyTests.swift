import Postgres
import Testing

@testable import Bench

@Suite struct TallyTests {
    @Test(arguments: [
        (PostgresError.statementFailed(SQLState(rawValue: "57014"), "secret"), "class 57"),
        (.cannotConnect(.tooManyConnections, "secret"), "connect too_many_connections"),
        (.connectionLost("secret"), "connection lost"), (.timedOut, "timeout"),
    ])
    func `errors are counted by their kind, without what they say`(_ error: PostgresError, _ kind: String) {
        var tally = Tally()
        tally.note(error)
        tally.note(error)
        #expect(tally.errors == [kind: 2])
    }

    @Test func `clients add up, over the time from the first to the last of them`() {
        let start = ContinuousClock.now
        var (sum, one, other) = (Tally(), Tally(), Tally())
        one.latencies = [1, 2]
        one.errors = ["timeout": 1]
        (one.began, one.ended) = (start, start + .seconds(3))
        other.latencies = [3]
        other.errors = ["timeout": 1, "class 40": 1]
        other.shortResults = 1
        (other.began, other.ended) = (start + .seconds(1), start + .seconds(4))
        sum.add(one)
        sum.add(other)
        #expect(sum.latencies == [1, 2, 3])
        #expect(sum.errors == ["timeout": 2, "class 40": 1])
        #expect(sum.shortResults == 1)
        #expect(sum.seconds == 4)
    }
}
