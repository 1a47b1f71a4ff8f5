import Postgres
import Testing

@testable import Runtime

/// Sessions that probes share, and the servers that they lead to.
extension ServerTests {
    @Test(arguments: servers)
    func `a probe knows when the next tick wants its session`(_ server: String) async throws {
        let (runner, uses) = (Self.runner(server), Journal<Use>())
        let (now, jobs) = (ContinuousClock.now, ["a", "b"].map { Self.job($0, of: "postgres", uses) })
        await runner.measure(jobs[0], at: .init(number: 0, due: now - .seconds(3)))
        await runner.measure(jobs[1], at: .init(number: 0, due: now - .seconds(1)))
        #expect(
            uses.entries.map { $0.freeUntil - now } == [.milliseconds(11_940), .milliseconds(11_940)])
        await runner.close()
    }

    @Test(arguments: servers)
    func `a session with another server than the polls' is not used, and tried anew`(_ server: String)
        async throws
    {
        let (polls, uses) = (LatestState(), Journal<Use>())
        let runner = Self.runner(server, polls: polls)
        let job = Self.job("a", of: "postgres", uses)
        await runner.measure(job, at: .init(number: 0, due: .now))
        let own = try #require(uses.entries.first?.server)
        polls.set(ServerState(version: own.version, startTime: own.startTime + 1))
        for number in 1...2 { await runner.measure(job, at: .init(number: number, due: .now)) }
        #expect(uses.entries.count == 1)
        #expect(Self.failures.entries.suffix(2).map(\.cause) == [.otherServer, .otherServer])
        #expect(polls.hasConflict)
        #expect(runner.cost.connects == 2)
        polls.set(ServerState(version: own.version, isInRecovery: true, startTime: own.startTime))
        await runner.measure(job, at: .init(number: 3, due: .now))
        await runner.measure(job, at: .init(number: 4, due: .now))
        // A session that is new knows its server's role better than the latest poll.
        #expect(uses.entries.map(\.server.isInRecovery) == [false, false, true])
        #expect(!polls.hasConflict)
        await runner.close()
    }

    @Test(arguments: servers)
    func `a database without probes is left`(_ server: String) async throws {
        let (runner, uses) = (Self.runner(server, maxConnections: 4), Journal<Use>())
        let jobs = ["postgres", "template1"].map { Self.job($0, of: $0, uses) }
        runner.jobs = jobs
        for job in jobs { await runner.measure(job, at: .init(number: 0, due: .now)) }
        runner.jobs = [jobs[0]]
        for job in jobs { await runner.measure(job, at: .init(number: 1, due: .now)) }
        #expect(uses.entries.map(\.isNew) == [true, true, false, true])
        await runner.close()
    }

    @Test(arguments: servers)
    func `a connection is new to each probe that shares it, and once`(_ server: String) async throws {
        let (runner, uses) = (Self.runner(server), Journal<Use>())
        let jobs = ["a", "b"].map { Self.job($0, of: "postgres", uses) }
        for number in 0...1 {
            for job in jobs { await runner.measure(job, at: .init(number: number, due: .now)) }
        }
        #expect(uses.entries.map(\.isNew) == [true, true, false, false])
        #expect(runner.cost.connects == 1)
        await runner.close()
    }
}
