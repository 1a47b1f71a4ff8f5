import Exposition
import Postgres
import Synchronization
import Testing

@testable import Runtime

/// Tours of a server's databases.
extension ServerTests {
    @Test(arguments: servers)
    func `a job for which a tour has no time left has not failed, and the next tour begins with it`(
        _ server: String
    ) async throws {
        let names = ["pgvigil_test_a", "pgvigil_test_b"]
        try await Self.write(names.map { "CREATE DATABASE \($0)" }, on: server)
        let looks = Mutex<[String]>([])
        let jobs = [("slow", "0.8"), ("late", "0")].map { name, seconds in
            Job(name) { connection, _, deadline throws(JobFailure) in
                let place = connection.database.suffix(1)
                looks.withLock { $0.append("\(name) \(place)") }
                do throws(PostgresError) {
                    for _ in 0..<2 {
                        _ = try connection.query("SELECT pg_catalog.pg_sleep(\(seconds))", by: deadline)
                    }
                } catch {
                    throw JobFailure(error)
                }
                return Findings(families: [])
            }
        }
        // It has four seconds: 1.6 for each, and what is left is less than a statement may take.
        let tour = Tour(
            of: ConnectionTarget(conninfo: server, settings: SessionSettings(statementTimeout: .seconds(5))),
            every: .seconds(6), choice: .named(names), jobs: jobs, labels: [:],
            limit: ConnectionLimit(1), canceller: Canceller(), timeline: Timeline(), polls: LatestState())
        _ = await tour.run()
        #expect(looks.withLock { $0 } == ["slow a", "late a", "slow b"])
        #expect(tour.records.map(\.isSuccess) == [true, true])
        _ = await tour.run()
        #expect(looks.withLock { $0 }.prefix(4) == ["slow a", "late a", "slow b", "late b"])
        await tour.close()
        try await Self.write(names.map { "DROP DATABASE \($0)" }, on: server)
    }

    /// Runs statements that no transaction may hold.
    private static func write(_ statements: [String], on server: String) async throws {
        let settings = SessionSettings(statementTimeout: .seconds(30), isReadOnly: false)
        let owner = Session(
            to: ConnectionTarget(conninfo: server, settings: settings), limit: ConnectionLimit(1),
            canceller: Canceller())
        try await owner.use(connectBy: .after(.seconds(30))) { connection, _ throws(PostgresError) in
            for sql in statements { try connection.run(sql, by: .after(.seconds(30))) }
        }
        await owner.close()
    }
}
