import Postgres
import SQL

/// One application's connection, which does what a workload is.
struct Client: Sendable {
    let workload: Workload
    /// nil: until the time is up.
    let count: Int?
    let limit: Duration
    let operations: [(share: Int, operation: Operation)]
    let door: Door
    let interrupt: Interrupt

    private static let statementLimit = Duration.seconds(60)
    /// More would not fit into memory a hundred times.
    private static let mostLatencies = 100_000
    private static let warmUps = 10

    /// Connects and warms up; then waits for `start` and does its work.
    func run(_ draw: consuming Draw, start: () -> Void) -> Tally {
        var tally = Tally()
        var draw = draw
        do throws(PostgresError) {
            var connection = try prepared()
            for _ in 0..<Self.warmUps where !interrupt.hasFired {
                var ignored = Tally()
                once(&connection, &draw, &ignored)
            }
            start()
            tally.began = .now
            try work(&connection, &draw, &tally)
        } catch {
            if tally.began == nil { start() }
            tally.note(error)
        }
        tally.ended = .now
        return tally
    }

    private func prepared() throws(PostgresError) -> Connection {
        var connection = try door.connect(statementTimeout: Self.statementLimit, unless: interrupt)
        for (name, value) in workload.settings {
            try connection.run("SET \(name) = \(value.quotedLiteral)", by: .after(Self.statementLimit))
        }
        return connection
    }

    private func work(_ connection: inout Connection, _ draw: inout Draw, _ tally: inout Tally)
        throws(PostgresError)
    {
        let end = Deadline.after(limit)
        var done = 0
        while done < count ?? Self.mostLatencies, !end.hasPassed, !interrupt.hasFired {
            // A lost connection costs the statement that it was lost in; no server again ends the client.
            if !connection.isReusable { connection = try prepared() }
            once(&connection, &draw, &tally)
            done += 1
        }
    }

    private func once(_ connection: inout Connection, _ draw: inout Draw, _ tally: inout Tally) {
        let operation = chosen(&draw)
        let values = operation.values(&draw)
        do throws(PostgresError) {
            let started = ContinuousClock.now
            let rows = try connection.run(operation.sql, with: values, by: .after(Self.statementLimit))
            tally.latencies.append((.now - started) / .seconds(1))
            tally.rows += rows.count
            tally.writtenRows += operation.writtenRows
            if let expected = operation.expectedRows, rows.count < expected { tally.shortResults += 1 }
        } catch {
            tally.note(error)
        }
    }

    private func chosen(_ draw: inout Draw) -> Operation {
        var point = operations.count == 1 ? 0 : draw.number(below: 100)
        for (share, operation) in operations {
            if point < share { return operation }
            point -= share
        }
        preconditionFailure("the shares of \(workload.rawValue) make no hundred")
    }
}
