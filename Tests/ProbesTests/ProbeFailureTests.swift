import Postgres
import Testing

@testable import Probes

@Suite struct ProbeFailureTests {
    private static func failed(_ state: String) -> PostgresError {
        .statementFailed(SQLState(rawValue: state), "secret")
    }

    @Test(
        arguments: [
            (.timedOut, 6, .timeout), (failed("57014"), 5, .timeout), (failed("57014"), 1, .cancelled),
            (failed("40001"), 1, .cancelled), (failed("55P03"), 1, .lock), (failed("42P01"), 1, .query),
            (failed("57P01"), 1, .connect), (.connectionLost("gone"), 1, .connect), (.noTable, 1, .query),
            (.interrupted, 1, nil), (.cannotConnect(.refused, "refused"), 0, .connect),
        ] as [(PostgresError, Int, ProbeFailure?)])
    func `a failure's reason is what ended the run`(
        _ error: PostgresError, _ seconds: Int, _ reason: ProbeFailure?
    ) {
        #expect(ProbeFailure(error, after: .seconds(seconds), timeout: .seconds(5)) == reason)
    }

    @Test(
        arguments: [
            (failed("57014"), 1, .yield), (failed("57014"), 5, .yield), (.timedOut, 1, .yield),
            (failed("55P03"), 1, .lock), (failed("42P01"), 0, .query),
        ] as [(PostgresError, Int, ProbeFailure)])
    func `a search that made way says so, and how long it took is an observation`(
        _ error: PostgresError, _ seconds: Int, _ reason: ProbeFailure
    ) {
        let failure = ProbeFailure(
            error, after: .seconds(seconds), timeout: .seconds(5), wasYielded: true)
        #expect(failure == reason)
        #expect(failure?.isObserved == (reason != .query))
    }

    @Test(
        arguments: [
            (failed("57014"), 1, true, .yield), (.timedOut, 1, true, .yield),
            (failed("57014"), 60, false, .timeout),
            (failed("57014"), 1, false, .cancelled), (failed("40001"), 1, true, .cancelled),
            (failed("55P03"), 0, false, .timeout), (failed("22000"), 0, true, .query),
            (.interrupted, 0, true, nil),
        ] as [(PostgresError, Int, Bool, TruthFailure?)])
    func `a search for truth that made way says so`(
        _ error: PostgresError, _ seconds: Int, _ wasYielded: Bool, _ reason: TruthFailure?
    ) {
        #expect(
            TruthFailure(error, after: .seconds(seconds), allowance: .seconds(60), wasYielded: wasYielded)
                == reason)
    }

    @Test func `what is told of a failure holds nothing that the server quotes`() {
        #expect(
            Self.failed("22P02").withoutValues == "the server refused the statement (SQLSTATE 22P02)")
    }
}
