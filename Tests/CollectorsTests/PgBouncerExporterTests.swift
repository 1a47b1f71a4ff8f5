import Exposition
import PoolDefinitions
import Postgres
import Testing

@testable import Collectors

/// What pgbouncer_exporter calls what ours found; the real one beside it is in the end-to-end tests.
@Suite struct PgBouncerExporterTests {
    @Test func `each alias is of a metric that a collector of PgBouncer has`() {
        let found = ConsoleCollector.all(of: .pgbouncer).flatMap { $0.metrics.map(\.metric.name) }
        let ours = Set(found + ["pgbouncer_up"])
        let aliases = PgBouncerExporter.aliases
        #expect(aliases.flatMap { [$0.source, $0.things] }.filter { !ours.contains($0) } == [])
        #expect(Set(aliases.map(\.metric.name)).count == aliases.count)
    }

    @Test func `a state becomes a name`() {
        let found = family(
            "pgbouncer_pool_client_connections",
            [
                (.integer(3), [("database", "a"), ("user", "u"), ("state", "waiting")]),
                (.integer(4), [("database", "a"), ("user", "u"), ("state", "active")]),
                (.integer(5), [("database", "b"), ("user", "u"), ("state", "waiting")]),
            ])
        #expect(
            lines(of: [found]) == [
                "pgbouncer_pools_client_active_connections: 4 database=a user=u",
                "pgbouncer_pools_client_waiting_connections: 3 database=a user=u",
                "pgbouncer_pools_client_waiting_connections: 5 database=b user=u",
            ])
    }

    @Test func `a database has its name and that of the database behind, and 0 where there is no limit`() {
        let app: [(String, String)] = [
            ("database", "app"), ("backend_database", "postgres"), ("port", "1"), ("force_user", "web"),
            ("pool_mode", "session"),
        ]
        let free: [(String, String)] = [("database", "free"), ("backend_database", "app"), ("port", "1")]
        let found = [
            family("pgbouncer_database_info", [(.integer(1), app), (.integer(1), free)]),
            family(
                "pgbouncer_database_server_connections",
                [(.integer(2), [("database", "app")]), (.integer(0), [("database", "free")])]),
            family("pgbouncer_database_max_server_connections", [(.integer(9), [("database", "app")])]),
            family("pgbouncer_database_paused", [(.integer(1), [("database", "free")])]),
        ]
        let appHere = "name=app database=postgres port=1 force_user=web pool_mode=session"
        let freeHere = "name=free database=app port=1"
        #expect(
            lines(of: found) == [
                "pgbouncer_databases_current_connections: 2 \(appHere)",
                "pgbouncer_databases_current_connections: 0 \(freeHere)",
                "pgbouncer_databases_max_connections: 9 \(appHere)",
                "pgbouncer_databases_max_connections: 0 \(freeHere)",
                "pgbouncer_databases_pool_size: 0 \(appHere)",
                "pgbouncer_databases_pool_size: 0 \(freeHere)",
                "pgbouncer_databases_paused: 1 \(freeHere)",
            ])
    }

    @Test(arguments: [(0.999_999, 0), (1, 1), (61.5, 61)])
    func `a wait has whole seconds, begun ones left out`(_ seconds: Double, _ shown: Double) {
        let found = family("pgbouncer_pool_oldest_wait_seconds", [(.real(seconds), [("database", "a")])])
        #expect(
            lines(of: [found]) == ["pgbouncer_pools_client_maxwait_seconds: \(shown) database=a"])
    }

    @Test func `who asks is among the clients`() {
        let found = family(
            "pgbouncer_clients",
            [
                (.integer(7), [("state", "used")]), (.integer(1), [("state", "free")]),
                (.integer(0), [("state", "login")]),
            ])
        #expect(
            lines(of: [found]) == [
                "pgbouncer_used_clients: 8 ", "pgbouncer_free_clients: 1 ", "pgbouncer_login_clients: 0 ",
            ])
    }

    @Test func `the limit of users is 0 where there is none, and unknown where nobody answered`() {
        let answered = family("pgbouncer_config_min_pool_size", [(.integer(0), [])])
        let limit = family("pgbouncer_config_max_user_connections", [(.integer(30), [])])
        #expect(lines(of: [answered]) == ["pgbouncer_config_max_user_connections: 0 "])
        #expect(lines(of: [answered, limit]) == ["pgbouncer_config_max_user_connections: 30 "])
        #expect(lines(of: []) == [])
    }

    @Test func `the version is what PgBouncer says on its console`() {
        let info = MetricFamily(
            "pgbouncer_info", .info, help: "", samples: [Sample(1, labels: ["version": "1.24.1"])])
        #expect(lines(of: [info]) == ["pgbouncer_version_info: 1 version=PgBouncer 1.24.1"])
    }

    @Test func `names with quotes and newlines stay as they are`() {
        let name = "it's \"quoted\" \\ back\nslash"
        let found = family("pgbouncer_database_queries_total", [(.integer(1), [("database", name)])])
        #expect(
            lines(of: [found]) == ["pgbouncer_stats_totals_queries_pooled_total: 1 database=\(name)"])
    }

    private func family(
        _ name: MetricName, _ samples: [(value: Sample.Value, labels: [(String, String)])]
    ) -> MetricFamily {
        let text = name.description
        let kind: Metric.Kind = text.hasSuffix("_info") ? .info : text.hasSuffix("_total") ? .counter : .gauge
        return MetricFamily(
            name, kind, help: "",
            samples: samples.map { sample in
                Sample(sample.value, labels: sample.labels.reduce(into: Labels()) { $0.append($1.0, $1.1) })
            })
    }

    /// A line for each sample of the peer's.
    private func lines(of found: [MetricFamily]) -> [String] {
        PgBouncerExporter.families(from: found).flatMap { family in
            family.samples.map { sample in
                let labels = sample.labels.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
                return "\(family.metric.name): \(text(of: sample.value)) \(labels)"
            }
        }
    }

    private func text(of value: Sample.Value) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .histogram: "a histogram"
        }
    }
}
