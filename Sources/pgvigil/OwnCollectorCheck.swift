import Collectors
import Exposition
import Postgres
import ProbeDefinitions
import Runtime
import Settings

/// Whether the operator's own collectors find what their settings say, in each database that they look into.
struct OwnCollectorCheck {
    private let server: Settings.Server
    private let report: CheckReport
    private let session: Session
    private var patience: Duration { server.interval / 3 }

    init(_ server: Settings.Server, _ report: CheckReport) {
        self.server = server
        self.report = report
        session = Session(to: server.connectionTarget, limit: ConnectionLimit(1), canceller: Canceller())
    }

    var isGood: Bool {
        get async {
            var isGood = true
            for own in server.ownCollectors { isGood = await isInOrder(own) && isGood }
            await session.close()
            return isGood
        }
    }

    private func isInOrder(_ own: Settings.OwnCollector) async -> Bool {
        guard own.databases != .own else { return await isInOrder(own, in: nil) }
        let (existing, current): ([String], String)
        do throws(PostgresError) {
            (existing, current) = try await session.use(connectBy: .after(patience)) {
                [patience] connection, _ throws(PostgresError) in
                (try connection.databases(by: .after(patience)), connection.database)
            }
        } catch {
            report.bad(own.name, "\(error)", remedy: error.remedy)
            return false
        }
        var isGood = true
        for name in own.databases.missing(among: existing) {
            report.bad(
                own.name, "database \(name) is not there, or keeps the role out",
                remedy: "check databases of the collector, and the role's right to CONNECT")
            isGood = false
        }
        for name in own.databases.names(among: existing, own: current) {
            isGood = await isInOrder(own, in: name) && isGood
        }
        return isGood
    }

    private func isInOrder(_ own: Settings.OwnCollector, in database: String?) async -> Bool {
        let collector = Collector(own, on: server)
        let (report, patience) = (report, patience)
        let place = database.map { " in database \($0)" } ?? ""
        do throws(PostgresError) {
            return try await session.use(of: database, connectBy: .after(patience)) {
                connection, _ throws(PostgresError) in
                let state = try ServerState.read(from: &connection, by: .after(patience))
                guard collector.applies(to: state) else {
                    report.good(own.name, "not run here, is for a \(own.role.rawValue)")
                    return true
                }
                do throws(CollectorError) {
                    let found = try collector.collect(from: &connection, state, by: .after(patience * 2))
                    Self.describe(found, of: own, place, report)
                    return true
                } catch {
                    report.bad(own.name, "\(error)\(place)", remedy: error.remedyOfOwn(as: state.roleName))
                    return false
                }
            }
        } catch {
            report.bad(own.name, "\(error)\(place)", remedy: error.remedy)
            return false
        }
    }

    private static func describe(
        _ found: Collection, of own: Settings.OwnCollector, _ place: String, _ report: CheckReport
    ) {
        let series = found.families.reduce(0) { $0 + $1.samples.count }
        report.good(own.name, "\(series) series\(place)")
        if found.droppedSeries > 0 {
            report.note(
                own.name, "left out \(found.droppedSeries) series\(place)",
                remedy: "return fewer rows, or raise max_rows; a counter is never below 0")
        }
        if found.repeatedSeries > 0 {
            report.note(
                own.name, "\(found.repeatedSeries) series\(place) came twice, the first of each is shown",
                remedy: "GROUP BY the labels, or return what tells such rows apart as one more label")
        }
    }
}

extension Settings.DatabaseChoice {
    /// Those that are named and not there.
    fileprivate func missing(among existing: [String]) -> [String] {
        if case .named(let names) = self { names.filter { !existing.contains($0) } } else { [] }
    }
}

extension CollectorError {
    /// What an operator can do about an own collector's failure; nil where that is not known.
    fileprivate func remedyOfOwn(as role: String) -> String? {
        let psql = "run it in psql as \(role), which names it"
        return switch self {
        case .postgres(.statementFailed(.insufficientPrivilege, _)):
            "\(psql), then GRANT SELECT ON it, and USAGE ON its SCHEMA"
        case .postgres(.statementFailed(.undefinedTable, _)),
            .postgres(.statementFailed(.undefinedColumn, _)),
            .postgres(.statementFailed(.undefinedFunction, _)):
            "\(psql); names without a schema are looked for in search_path"
        case .postgres(.statementFailed(.queryCanceled, _)), .postgres(.timedOut):
            "read less, or let the application count in a table of few rows: a statement has a second at most"
        case .postgres(.statementFailed(.readOnlyTransaction, _)): "only read"
        case .postgres(.statementFailed(.lockNotAvailable, _)): "try again: another session has the lock"
        case .postgres(.statementFailed): "run it in psql as \(role), which says more"
        case .missingColumn: "return it, renamed with AS where it has another name, or leave it out"
        case .notANumber:
            "return a number (of a time, extract(epoch FROM it)), or make the column one of the labels"
        case .postgres, .unmet: nil
        }
    }
}
