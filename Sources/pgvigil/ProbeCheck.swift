import Postgres
import ProbeDefinitions
import Probes
import Runtime
import SQL
import Settings

/// Whether the probes of a server's settings have what they search, and an index for it; and whether the
/// columns that its settings name are there.
struct ProbeCheck {
    private let server: Settings.Server
    private let report: CheckReport
    private let session: Session

    init(_ server: Settings.Server, _ report: CheckReport) {
        self.server = server
        self.report = report
        session = Session(
            to: server.connectionTarget.forProbes, limit: ConnectionLimit(1), canceller: Canceller())
    }

    var isGood: Bool {
        get async {
            var isGood = true
            for probe in server.searchProbes {
                let works = await use(probe.name, of: probe.database) { connection, state in
                    check(probe, state, on: &connection)
                }
                isGood = works && isGood
            }
            for probe in server.customProbes {
                let works = await use(probe.name, of: probe.database) { connection, state in
                    check(probe, state, on: &connection)
                }
                isGood = works && isGood
            }
            for column in server.vectorColumns {
                let works = await use(column.subject, of: column.database) { connection, state in
                    check(column, state, on: &connection)
                }
                isGood = works && isGood
            }
            await session.close()
            await reportDiscoveries()
            return isGood
        }
    }

    private func use(
        _ name: String, of database: String?,
        _ body: @Sendable (inout Connection, ServerState) -> Bool
    ) async -> Bool {
        let patience = server.interval / 3
        do throws(PostgresError) {
            return try await session.use(of: database, connectBy: .after(patience)) {
                connection, _ throws(PostgresError) in
                let state = try ServerState.read(from: &connection, by: .after(patience))
                return body(&connection, state)
            }
        } catch {
            report.bad(name, "\(error)", remedy: error.remedy)
            return false
        }
    }

    // MARK: - Search probes

    private func check(_ probe: SearchProbe, _ state: ServerState, on connection: inout Connection) -> Bool {
        guard probe.role.includes(standby: state.isInRecovery) else {
            report.good(probe.name, "not run here, is for a \(probe.role.rawValue)")
            return true
        }
        do throws(SearchError) {
            let search = try Search.resolve(probe, on: &connection, by: .after(server.interval / 3))
            return check(search)
        } catch {
            report.bad(probe.name, "\(error)", remedy: error.remedy(for: probe, as: state.roleName))
            return false
        }
    }

    private func check(_ search: Search) -> Bool {
        let probe = search.probe
        let expected = "expected plan \(probe.expectedPlan.rawValue)"
        guard let obstacle = search.obstacle else {
            let names = search.candidates.filter { $0.match == .usable }
                .map { "\($0.name) (\($0.accessMethod))" }
            report.good(probe.name, "index \(names.joined(separator: ", ")), \(expected)")
            return true
        }
        switch probe.expectedPlan {
        case .annIndex, .index:
            report.bad(probe.name, "\(obstacle); \(expected)", remedy: search.indexRemedy)
            return false
        case .seqScan, .any:
            report.good(probe.name, "\(obstacle), \(expected)")
            return true
        }
    }

    // MARK: - Custom probes

    private func check(_ probe: CustomProbe, _ state: ServerState, on connection: inout Connection) -> Bool {
        guard probe.role.includes(standby: state.isInRecovery) else {
            report.good(probe.name, "not run here, is for a \(probe.role.rawValue)")
            return true
        }
        var settings = [LocalSetting(searchPath: probe.searchPath)]
        var (count, unplanned) = (0, 0)
        for step in probe.steps {
            switch step {
            case .set(let more): settings += more
            case .statement(let statement):
                count += 1
                if let column = wrongPattern(in: statement, on: &connection) {
                    report.bad(
                        probe.name,
                        "statement \(count): matches of column \(column) is no regular expression",
                        remedy: "try it in psql: SELECT '' ~ 'expression';")
                    return false
                }
                do throws(ExplainError) {
                    let found = try ExplainedStatement.explain(
                        SQLText(statement.sql), values: statement.knownValues, set: settings, server: state,
                        on: &connection, by: .after(server.interval / 3))
                    let expected = statement.expectation.plan ?? .any
                    guard !expected.isMet(by: found) else { continue }
                    report.bad(
                        probe.name,
                        "statement \(count): expected \(expected.rawValue), found \(found.summary)",
                        remedy: "pgvigil explain tells whether an index could serve it")
                    return false
                } catch .missingValues {
                    unplanned += 1
                } catch {
                    report.bad(probe.name, "statement \(count): \(error)", remedy: nil)
                    return false
                }
            }
        }
        let rest = unplanned == 0 ? "" : ", \(unplanned) not planned since values are only known when it runs"
        report.good(probe.name, "\(count) \(count == 1 ? "statement" : "statements")\(rest)")
        return true
    }

    /// The first column whose `matches` the server cannot compile, which alone knows how.
    private func wrongPattern(in statement: CustomProbe.Statement, on connection: inout Connection)
        -> String?
    {
        let sql = """
            /* pgvigil check expectation */
            SELECT pg_catalog.textregexeq('', $1) AS is_match
            """
        for column in statement.expectation.columns {
            guard let pattern = column.matches else { continue }
            do throws(PostgresError) {
                let deadline = Deadline.after(server.interval / 3)
                try connection.transaction(set: [], by: deadline) { connection throws(PostgresError) in
                    _ = try connection.query(sql, with: [pattern], by: deadline)
                }
            } catch .statementFailed(SQLState(rawValue: "2201B"), _) {  // invalid_regular_expression
                return column.column
            } catch {
                return nil  // Its statement's plan will tell.
            }
        }
        return nil
    }

    // MARK: - Columns that should not be empty

    private func check(
        _ column: Settings.VectorColumn, _ state: ServerState, on connection: inout Connection
    ) -> Bool {
        do throws(PostgresError) {
            let fault = try VectorColumnCheck(column).fault(
                for: state.roleName, on: &connection, by: .after(server.interval / 3))
            guard let fault else {
                report.good(column.subject, "is there to be filled, in database \(column.database)")
                return true
            }
            report.bad(column.subject, fault.reason, remedy: fault.remedy)
        } catch {
            report.bad(column.subject, "\(error)", remedy: error.remedy)
        }
        return false
    }

    // MARK: - What nobody probes

    private func reportDiscoveries() async {
        let found: [DiscoveredProbe]
        do throws(PostgresError) {
            found = try await Discoveries.all(on: server)
        } catch {
            return  // The server has already been found good; another run may tell more.
        }
        if server.search == .auto {
            for probe in Discoveries.chosen(of: found, on: server) {
                let target = probe.target
                report.good(
                    probe.name,
                    "found by search: auto on \(target.schema).\(target.table), \(target.operator)")
            }
            for index in Discoveries.unreadable(of: found, on: server) {
                let target = index.probe.target
                report.note(
                    "no probe",
                    """
                    searches index \(index.indexName): the role may not read \
                    \(target.schema).\(target.table) of \(index.database)
                    """, remedy: index.missingGrants.joined(separator: " "))
            }
            return
        }
        for index in Discoveries.unprobed(of: found, by: server.searchProbes) where index.isReadable {
            let target = index.probe.target
            report.note(
                "no probe",
                "searches index \(index.indexName) on \(target.schema).\(target.table) of \(index.database)",
                remedy: "search: auto on the server, or an entry of search_probes")
        }
    }
}

extension Settings.VectorColumn {
    /// What a line of the report is about.
    var subject: String { "\(table).\(column)" }
}

extension CustomProbe.Statement {
    /// By number; those of statements and of other probes are only known when it runs.
    fileprivate var knownValues: [Int: String] {
        parameters.enumerated().reduce(into: [:]) { values, parameter in
            switch parameter.element {
            case .value(let value): values[parameter.offset + 1] = value
            case .values(let several): values[parameter.offset + 1] = several.first
            case .sql, .queries: break
            }
        }
    }
}
