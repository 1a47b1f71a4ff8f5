import Exposition
import Postgres
import Synchronization
import Testing

@testable import Runtime

/// Probes in sessions of real servers.
extension ServerTests {
    @Test(arguments: servers)
    func `a probe's session stays, and a fresh one is used besides at every so many ticks`(_ server: String)
        async throws
    {
        let (runner, uses) = (Self.runner(server), Journal<Use>())
        let job = Self.job("a", of: "postgres", coldEvery: 2, uses)
        for number in 1...4 {
            await runner.measure(job, at: .init(number: number, due: .now))
            await runner.endOfColdRuns()
        }
        let (warm, cold) = (uses.entries.filter { !$0.isCold }, uses.entries.filter(\.isCold))
        #expect(warm.map(\.isNew) == [true, false, false, false])
        #expect(Set(warm.map(\.processID)).count == 1)
        #expect(cold.map(\.number) == [2, 4])
        #expect(Set(cold.map(\.processID) + warm.map(\.processID)).count == 3)
        await runner.close()
    }

    @Test(arguments: servers)
    func `with three connections the probes of two databases take turns`(_ server: String) async throws {
        let (runner, uses) = (Self.runner(server), Journal<Use>())
        let jobs = ["postgres", "template1"].map { Self.job($0, of: $0, uses) }
        for number in 0..<2 {
            for job in jobs { await runner.measure(job, at: .init(number: number, due: .now)) }
        }
        #expect(uses.entries.map(\.isNew) == [true, true, true, true])
        #expect(uses.entries.map(\.database) == ["postgres", "template1", "postgres", "template1"])
        await runner.close()
    }

    @Test(arguments: servers)
    func `the database of the settings is the same with its name and without`(_ server: String) async throws {
        let (runner, uses) = (Self.runner(server), Journal<Use>())
        for (number, database) in [nil, "postgres", nil, "postgres"].enumerated() {
            await runner.measure(Self.job("a", of: database, uses), at: .init(number: number, due: .now))
        }
        #expect(uses.entries.map(\.isNew) == [true, false, false, false])
        #expect(runner.cost.connects == 1)
        #expect(runner.cost.usage.statements == 5)
        await runner.close()
    }

    @Test(arguments: servers)
    func `a check that waited for a longer one has its whole time to connect`(_ server: String) async throws {
        let (runner, uses, gate) = (Self.runner(server), Journal<Use>(), Gate())
        let long = Self.job("a", of: "postgres", uses) { connection throws(PostgresError) in
            gate.open()
            _ = try connection.query("SELECT pg_catalog.pg_sleep(0.3)", by: .after(.seconds(20)))
        }
        async let first: Void = {
            await runner.check(long, at: .init(number: 0, due: .now))
            gate.open()
        }()
        await gate.wait()
        let short = Self.job("b", of: "template1", timeout: .milliseconds(250), uses)
        await runner.check(short, at: .init(number: 1, due: .now))
        await first
        #expect(uses.entries.map(\.database) == ["postgres", "template1"])
        await runner.close()
    }

    @Test(arguments: servers)
    func `with four they stay connected`(_ server: String) async throws {
        let (runner, uses) = (Self.runner(server, maxConnections: 4), Journal<Use>())
        let jobs = ["postgres", "template1"].map { Self.job($0, of: $0, uses) }
        for number in 0..<2 {
            for job in jobs { await runner.measure(job, at: .init(number: number, due: .now)) }
        }
        #expect(uses.entries.map(\.isNew) == [true, true, false, false])
        await runner.close()
    }

    @Test(arguments: servers)
    func `where a connection cannot be had the probe hears why`(_ server: String) async throws {
        let (runner, uses) = (Self.runner(server), Journal<Use>())
        await runner.measure(Self.job("a", of: "nowhere", uses), at: .init(number: 0, due: .now))
        #expect(uses.entries.isEmpty)
        guard case .noConnection(.cannotConnect(.noDatabase, _))? = Self.failures.entries.last?.cause else {
            Issue.record("no failure")
            return
        }
    }

    @Test(arguments: servers)
    func `a statement behind a pooler may take a second`(_ server: String) async throws {
        let (runner, uses) = (Self.runner(server, isPooled: true), Journal<Use>())
        await runner.measure(Self.job("a", of: nil, uses), at: .init(number: 0, due: .now))
        #expect(uses.entries.map(\.allowance) == [.seconds(1)])
        await runner.close()
    }

    @Test(arguments: servers)
    func `a search in a fresh session that takes long is in no tick's way`(_ server: String) async throws {
        let (runner, uses, gate) = (Self.runner(server, maxConnections: 4), Journal<Use>(), Gate())
        let job = Self.job("a", of: "postgres", coldEvery: 2, uses) { connection throws(PostgresError) in
            guard uses.entries.last?.isCold == true else { return }
            gate.open()
            _ = try connection.query("SELECT pg_catalog.pg_sleep(1)", by: .after(.seconds(20)))
        }
        await runner.measure(job, at: .init(number: 2, due: .now))
        await gate.wait()
        await runner.measure(job, at: .init(number: 3, due: .now))
        await runner.measure(job, at: .init(number: 4, due: .now))
        #expect(uses.entries.map(\.isCold) == [false, true, false, false])
        let failure = Self.failures.entries.last
        #expect(failure?.kind == .cold)
        #expect(
            failure?.cause == .noConnection(.cannotConnect(.connectionLimit, "another probe is at work")))
        await runner.close()
    }

    @Test(arguments: servers)
    func `a search in a fresh session waits until the probe knows what to search`(_ server: String)
        async throws
    {
        let (runner, uses) = (Self.runner(server), Journal<Use>())
        let isReady = Mutex(false)
        let job = Self.job("a", of: "postgres", coldEvery: 40, uses, isReady: { isReady.withLock { $0 } })
        for number in 0..<3 {
            if number == 2 { isReady.withLock { $0 = true } }
            await runner.measure(job, at: .init(number: number, due: .now))
            await runner.endOfColdRuns()
        }
        #expect(uses.entries.map(\.isCold) == [false, false, false, true])
        #expect(uses.entries.map(\.number) == [0, 1, 2, 0])
        await runner.close()
    }

    @Test(arguments: servers)
    func `a tour looks into every database and leaves it`(_ server: String) async throws {
        let target = ConnectionTarget(
            conninfo: server, settings: SessionSettings(statementTimeout: .seconds(5)))
        let job = Job("names") { connection, _, _ throws(JobFailure) in
            let name = connection.database
            return Findings(families: [
                MetricFamily(
                    "pg_test", .gauge, help: "Test.", samples: [Sample(1, labels: ["datname": name])])
            ])
        }
        let tour = Tour(
            of: target, every: .seconds(60), choice: .all, jobs: [job], labels: [:],
            limit: ConnectionLimit(1), canceller: Canceller(), timeline: Timeline(),
            polls: LatestState())
        let outcome = await tour.run()
        guard case .publish(let families, "names", _)? = outcome?.changes.first else {
            Issue.record("nothing was published")
            return
        }
        #expect(families.count == 1)
        let page = families.map { String(decoding: $0.samples(in: .text), as: UTF8.self) }.joined()
        #expect(page.contains("pg_test{datname=\"postgres\"} 1\n"))
        #expect(!page.contains("template0"))
        #expect(tour.records.map(\.isSuccess) == [true])
    }

    // MARK: -

    struct Use: Sendable {
        let number: Int
        let isNew: Bool
        let isCold: Bool
        let database: String
        let processID: Int32
        let allowance: Duration
        let server: ServerState
        let freeUntil: ContinuousClock.Instant
    }

    static let failures = Journal<ProbeJob.Obstacle>()

    static func runner(
        _ server: String, maxConnections: Int = 3, isPooled: Bool = false, polls: LatestState = LatestState()
    ) -> ProbeRunner {
        let target = ConnectionTarget(
            conninfo: server, isPooled: isPooled, settings: SessionSettings(statementTimeout: .seconds(5)))
        let (limit, canceller) = (ConnectionLimit(maxConnections), Canceller())
        return ProbeRunner(
            of: target, maxConnections: maxConnections, limit: limit, canceller: canceller,
            watcher: Session(to: target, limit: limit, canceller: canceller, keepsPlace: true),
            polls: polls)
    }

    static func job(
        _ name: String, of database: String?, timeout: Duration = .seconds(5), coldEvery: Int = 0,
        _ uses: Journal<Use>,
        _ body: @escaping @Sendable (inout Connection) throws(PostgresError) -> Void = { _ in },
        isReady: @escaping @Sendable () -> Bool = { true }
    ) -> ProbeJob {
        let use: ProbeJob.Actions.Use = { connection, occasion throws(PostgresError) in
            uses.note(
                Use(
                    number: occasion.point.number, isNew: occasion.isNewConnection,
                    isCold: occasion.connecting != nil, database: connection.database,
                    processID: connection.processID, allowance: occasion.allowance,
                    server: occasion.server, freeUntil: occasion.freeUntil()))
            try body(&connection)
        }
        return ProbeJob(
            name, of: database, every: .seconds(15), timeout: timeout, coldEvery: coldEvery,
            actions: ProbeJob.Actions(
                measure: use, check: use, fail: { failures.note($0) }, miss: { _, _ in }, families: { [] },
                isReady: isReady))
    }
}
