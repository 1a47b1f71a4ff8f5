import Testing

@testable import Postgres

/// What is said of a thread that did not come back in time.
@Suite struct WhereaboutsTests {
    @Test(
        arguments: [
            (.name, .cannotConnect(.nameResolution, "the host's name was not resolved in time")),
            (.password, .cannotConnect(.passwordSource, "the password was not read in time")),
            (.connection, .cannotConnect(.timeout, "connecting did not end in time")),
            (.statement, .timedOut), (.elsewhere, .timedOut),
        ] as [(Whereabouts.Stage, PostgresError)])
    func `only a thread that resolves a name is said to`(_ stage: Whereabouts.Stage, _ error: PostgresError) {
        let whereabouts = Whereabouts()
        #expect(whereabouts.stage == .elsewhere)
        whereabouts.enter(stage)
        #expect(PostgresError.stuck(at: whereabouts.stage) == error)
    }

    @Test func `an attempt to connect says when it has come past the password and the name`() throws {
        let whereabouts = Whereabouts()
        let settings = SessionSettings(statementTimeout: .seconds(5))
        let password = PasswordSource.file("/nowhere/password")
        for (source, stage) in [(password, Whereabouts.Stage.password), (.libpq, .connection)] {
            let target = ConnectionTarget(
                conninfo: "host=/nowhere", password: source, settings: settings)
            #expect(throws: PostgresError.self) {
                _ = try ConnectionAttempt(
                    to: target, by: .after(.seconds(5)), unless: Interrupt(), noting: whereabouts)
            }
            #expect(whereabouts.stage == stage)
        }
    }
}
