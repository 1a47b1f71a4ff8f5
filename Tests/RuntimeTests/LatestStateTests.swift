import Postgres
import Testing

@testable import Runtime

@Suite struct LatestStateTests {
    private let state = LatestState()

    private static func server(_ startTime: Double, isInRecovery: Bool = false) -> ServerState {
        ServerState(version: 180_000, isInRecovery: isInRecovery, startTime: startTime)
    }

    @Test func `what was known before a poll had no answer is known no more`() {
        state.set(Self.server(1))
        #expect(state.value == Self.server(1))
        state.forget()
        #expect(state.value == nil)
        #expect(state.agrees(Self.server(2), met: "visit"))
        #expect(!state.hasConflict)
    }

    @Test func `a session with another server is in conflict until it is not`() {
        state.set(Self.server(1))
        #expect(state.agrees(Self.server(1), met: "tour"))
        #expect(!state.agrees(Self.server(2), met: "visit"))
        #expect(state.hasConflict)
        #expect(state.agrees(Self.server(1), met: "visit"))
        #expect(!state.hasConflict)
    }

    @Test func `the same server in another role is no conflict`() {
        state.set(Self.server(1, isInRecovery: true))
        #expect(state.agrees(Self.server(1), met: "visit"))
        #expect(!state.hasConflict)
    }

    @Test func `when the polls meet another server, what others met before does not count`() {
        state.set(Self.server(1))
        #expect(!state.agrees(Self.server(2), met: "visit"))
        state.set(Self.server(1, isInRecovery: true))
        #expect(state.hasConflict)
        state.set(Self.server(2))
        #expect(!state.hasConflict)
        #expect(!state.agrees(Self.server(1), met: "probe"))
        #expect(state.hasConflict)
    }
}
