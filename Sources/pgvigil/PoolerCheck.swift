import Collectors
import Exposition
import Postgres
import Runtime
import Settings

/// Whether a pooler's console lets us in and answers, and what mends it where it does not.
struct PoolerCheck {
    private let pooler: Settings.Pooler
    private let report: CheckReport

    init(_ pooler: Settings.Pooler, _ report: CheckReport) {
        self.pooler = pooler
        self.report = report
    }

    var isGood: Bool {
        get async {
            let session = Session(
                to: pooler.connectionTarget, limit: ConnectionLimit(1), canceller: Canceller())
            let patience = pooler.interval / 3
            do throws(PostgresError) {
                return try await session.use(connectBy: .after(patience)) {
                    connection, _ throws(PostgresError) in
                    let state = try ServerState.read(from: &connection, by: .after(patience))
                    report.good("connection", "\(pooler.kind) \(state.release)")
                    return pooler.activeCollectors.reduce(true) { isGood, collector in
                        check(collector, &connection, state) && isGood
                    }
                }
            } catch {
                report.bad("connection", "\(error)", remedy: pooler.remedy(for: error))
                return false
            }
        }
    }

    private func check(_ collector: ConsoleCollector, _ connection: inout Connection, _ state: ServerState)
        -> Bool
    {
        guard collector.applies(to: state) else {
            report.good(collector.name, "not asked, \(collector.kind) \(state.release) has no such command")
            return true
        }
        do throws(CollectorError) {
            let found = try collector.collect(
                from: &connection, state, by: .after(pooler.interval / 3), into: ConsoleSums())
            let series = found.families.reduce(0) { $0 + $1.samples.count }
            report.good(collector.name, "\(series) series")
            return true
        } catch {
            report.bad(collector.name, "\(error)", remedy: remedy(for: error, of: collector))
            return false
        }
    }

    private func remedy(for error: CollectorError, of collector: ConsoleCollector) -> String? {
        guard case .postgres(let error) = error else { return nil }
        return pooler.remedy(for: error)
            ?? "switch it off in the settings: collectors: {\(collector.name): false}"
    }
}
