import Foundation
import ProbeDefinitions
import Settings
import Testing

/// What good descriptions of own collectors mean.
@Suite struct OwnCollectorTests {
    @Test func `what is not said of an own collector has its default, and it runs on every server`() throws {
        let settings = try Fixture.load(
            """
            servers: [{name: a}, {name: b}]
            own_collectors:
              - name: one
                sql: SELECT 1 AS n
                metrics: {n: {name: shop_n, type: gauge, help: N.}}
            """)
        var expected = Settings.OwnCollector(name: "one")
        expected.sql = "SELECT 1 AS n"
        expected.metrics = [Self.metric("n", "shop_n", .gauge, "N.")]
        #expect(settings.servers.map(\.ownCollectors) == [[expected], [expected]])
        #expect(expected.databases == .own)
        #expect(expected.searchPath == ["public"])
        #expect(expected.maxRows == 1000)
        #expect(expected.interval == nil)
        #expect(expected.role == .any)
        #expect(expected.labels == [])
    }

    @Test func `everything can be said of an own collector, of some servers too`() throws {
        let settings = try Fixture.load(
            """
            servers: [{name: a}, {name: b, labels: {env: test}}]
            own_collectors:
              - name: searches
                servers: [a]
                databases: [app, shop]
                run_on: primary
                interval: 1d
                search_path: [app, ext]
                sql: "(SELECT env, 1 AS n, 2 AS m, '$' AS sign)"
                labels: [env, Datname]
                metrics:
                  n: {name: shop_n_total, type: counter, help: "N: \\"all\\"."}
                  Space odd: {name: shop_m_seconds, type: gauge, help: M.}
                max_rows: 10000
              - name: others
                servers: all
                databases: all
                sql: TABLE t
                metrics: {k: {name: shop_k, type: gauge, help: K.}}
            """)
        var searches = Settings.OwnCollector(name: "searches")
        searches.databases = .named(["app", "shop"])
        searches.role = .primary
        searches.interval = .seconds(86_400)
        searches.searchPath = ["app", "ext"]
        searches.sql = "(SELECT env, 1 AS n, 2 AS m, '$' AS sign)"
        searches.labels = ["env", "Datname"]
        searches.metrics = [
            Self.metric("n", "shop_n_total", .counter, "N: \"all\"."),
            Self.metric("Space odd", "shop_m_seconds", .gauge, "M."),
        ]
        searches.maxRows = 10_000
        var others = Settings.OwnCollector(name: "others")
        others.databases = .all
        others.sql = "TABLE t"
        others.metrics = [Self.metric("k", "shop_k", .gauge, "K.")]
        #expect(settings.servers.map(\.ownCollectors) == [[searches, others], [others]])
    }

    @Test func `an empty list is none`() throws {
        #expect(try Fixture.load("servers: [{name: a}]\nown_collectors: []").servers[0].ownCollectors == [])
    }

    @Test func `what the page about own collectors shows is valid, and says the defaults`() throws {
        let file = Fixture.folder.appending(path: "../../docs/own-collectors.md")
        let blocks = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```yaml\n")
            .dropFirst()
        let shown = try blocks.map {
            try Fixture.load($0.components(separatedBy: "```")[0]).servers[0].ownCollectors[0]
        }
        #expect(shown.map(\.name) == ["searches_by_namespace", "searches_by_namespace"])
        #expect(shown[0].metrics.count == 4)
        var whole = shown[1]
        #expect(whole.interval == Settings.defaultInterval)
        whole.interval = nil
        var expected = Settings.OwnCollector(name: "searches_by_namespace")
        expected.sql = "SELECT namespace, searches FROM search_counts"
        expected.labels = ["namespace"]
        expected.metrics = [
            Self.metric("searches", "shop_searches_total", .counter, "Searches by namespace.")
        ]
        #expect(whole == expected)
    }

    private static func metric(
        _ column: String, _ name: String, _ kind: Settings.OwnCollector.Metric.Kind, _ help: String
    ) -> Settings.OwnCollector.Metric {
        var metric = Settings.OwnCollector.Metric(column: column)
        metric.name = name
        metric.kind = kind
        metric.help = help
        return metric
    }
}
