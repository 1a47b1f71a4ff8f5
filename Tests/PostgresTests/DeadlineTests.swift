import Testing

@testable import Postgres

@Suite struct DeadlineTests {
    @Test(arguments: [Duration.zero, .microseconds(300), .milliseconds(25)])
    func `a wait is over when its deadline is, not before and not long after`(_ duration: Duration) throws {
        let start = ContinuousClock.now
        try Deadline.at(start + duration).wait(unless: Interrupt())
        let elapsed = start.duration(to: .now)
        #expect(elapsed >= duration)
        #expect(elapsed < duration + .milliseconds(500))
    }

    @Test func `an interrupt ends a wait`() {
        let interrupt = Interrupt()
        let start = ContinuousClock.now
        Thread.start { interrupt.fire() }
        #expect(throws: PostgresError.interrupted) {
            try Deadline.after(.seconds(60)).wait(unless: interrupt)
        }
        #expect(start.duration(to: .now) < .seconds(30))
    }
}
