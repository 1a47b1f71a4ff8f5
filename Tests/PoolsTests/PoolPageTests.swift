import PoolDefinitions
import Testing

@testable import Pools

/// What the names on Prometheus pages mean.
@Suite struct PoolPageTests {
    private static func read(_ page: String) throws(ScrapeFailure) -> PoolDocument {
        try PoolPage.document(from: Array(page.utf8), pool: "web")
    }

    @Test func `HikariCP through Micrometer`() throws {
        let page = """
            # TYPE hikaricp_connections gauge
            hikaricp_connections{application="shop",pool="orders",} 12.0
            hikaricp_connections_active{application="shop",pool="orders",} 8.0
            hikaricp_connections_idle{application="shop",pool="orders",} 4.0
            hikaricp_connections_pending{application="shop",pool="orders",} 3.0
            hikaricp_connections_max{application="shop",pool="orders",} 20.0
            hikaricp_connections_min{application="shop",pool="orders",} 10.0
            hikaricp_connections_timeout_total{application="shop",pool="orders",} 5.0
            hikaricp_connections_acquire_seconds_count{application="shop",pool="orders",} 1000.0
            hikaricp_connections_acquire_seconds_sum{application="shop",pool="orders",} 2.5
            hikaricp_connections_acquire_seconds_max{application="shop",pool="orders",} 0.75
            hikaricp_connections_acquire_seconds_bucket{pool="orders",le="0.1"} 990
            hikaricp_connections_usage_seconds_sum{application="shop",pool="orders",} 900.0
            """
        #expect(
            try Self.read(page).pools == [
                .of(.hikaricp) {
                    ($0.used, $0.idle, $0.pending, $0.allowed, $0.minimum) = (8, 4, 3, 20, 10)
                    ($0.timeouts, $0.acquired, $0.waitSeconds, $0.peakWaitSeconds) = (5, 1000, 2.5, 0.75)
                    $0.useSeconds = 900
                }
            ])
    }

    @Test func `HikariCP with its own names, in nanoseconds and milliseconds`() throws {
        let page = """
            hikaricp_active_connections{pool="orders"} 8
            hikaricp_idle_connections{pool="orders"} 4
            hikaricp_pending_threads{pool="orders"} 3
            hikaricp_connections{pool="orders"} 12
            hikaricp_max_connections{pool="orders"} 20
            hikaricp_min_connections{pool="orders"} 10
            hikaricp_connection_timeout_total{pool="orders"} 5
            hikaricp_connection_acquired_nanos{pool="orders",quantile="0.99"} 1e6
            hikaricp_connection_acquired_nanos_count{pool="orders"} 1000
            hikaricp_connection_acquired_nanos_sum{pool="orders"} 2.5e9
            hikaricp_connection_usage_millis_sum{pool="orders"} 900000
            """
        #expect(
            try Self.read(page).pools == [
                .of(.hikaricp) {
                    ($0.used, $0.idle, $0.pending, $0.allowed, $0.minimum) = (8, 4, 3, 20, 10)
                    ($0.timeouts, $0.acquired, $0.waitSeconds, $0.useSeconds) = (5, 1000, 2.5, 900)
                }
            ])
    }

    @Test(arguments: ["", "_total"])
    func `pgxpool counts nanoseconds, and may have no label`(_ suffix: String) throws {
        let page = """
            pgxpool_acquired_conns 3
            pgxpool_idle_conns 1
            pgxpool_constructing_conns 2
            pgxpool_total_conns 6
            pgxpool_max_conns 10
            pgxpool_acquire_count\(suffix) 500
            pgxpool_acquire_duration_ns\(suffix) 1.5e+09
            pgxpool_canceled_acquire_count\(suffix) 4
            """
        #expect(
            try Self.read(page).pools == [
                .of(.pgxpool, "web") {
                    ($0.used, $0.idle, $0.creating, $0.allowed) = (3, 1, 2, 10)
                    ($0.acquired, $0.waitSeconds, $0.timeouts) = (500, 1.5, 4)
                }
            ])
    }

    @Test(arguments: [(25, 25.0), (0, nil)])
    func `Go's database sql has no limit at 0, and does not count acquisitions`(
        _ most: Int, _ allowed: Double?
    )
        throws
    {
        let page = """
            go_sql_max_open_connections{db_name="orders"} \(most)
            go_sql_open_connections{db_name="orders"} 9
            go_sql_in_use_connections{db_name="orders"} 7
            go_sql_idle_connections{db_name="orders"} 2
            go_sql_wait_count_total{db_name="orders"} 40
            go_sql_wait_duration_seconds_total{db_name="orders"} 3.5
            """
        #expect(
            try Self.read(page).pools == [
                .of(.goSQL) {
                    ($0.used, $0.idle, $0.allowed, $0.waitSeconds) = (7, 2, allowed, 3.5)
                }
            ])
    }

    @Test func `OpenTelemetry's names, and the older ones in milliseconds`() throws {
        let page = """
            db_client_connection_count{db_client_connection_pool_name="orders",state="used"} 6
            db_client_connection_count{db_client_connection_pool_name="orders",state="idle"} 2
            db_client_connection_max{db_client_connection_pool_name="orders"} 10
            db_client_connection_pending_requests{db_client_connection_pool_name="orders"} 1
            db_client_connection_timeouts_total{db_client_connection_pool_name="orders"} 3
            db_client_connection_wait_time_seconds_count{db_client_connection_pool_name="orders"} 70
            db_client_connection_wait_time_seconds_sum{db_client_connection_pool_name="orders"} 0.5
            db_client_connections_usage{pool_name="old",state="used"} 4
            db_client_connections_usage{pool_name="old",state="idle"} 5
            db_client_connections_max{pool_name="old"} 9
            db_client_connections_wait_time_milliseconds_count{pool_name="old"} 80
            db_client_connections_wait_time_milliseconds_sum{pool_name="old"} 400
            """
        #expect(
            try Self.read(page).pools == [
                .of(.openTelemetry) {
                    ($0.used, $0.idle, $0.allowed, $0.pending, $0.timeouts) = (6, 2, 10, 1, 3)
                    ($0.acquired, $0.waitSeconds) = (70, 0.5)
                },
                .of(.openTelemetry, "old") {
                    ($0.used, $0.idle, $0.allowed, $0.acquired, $0.waitSeconds) = (4, 5, 9, 80, 0.4)
                },
            ])
    }

    @Test func `the application's caches, threads and process`() throws {
        let application = try Self.read(
            """
            cache_gets_total{cache="embeddings",result="hit"} 90
            cache_gets_total{cache="embeddings",result="miss"} 10
            cache_evictions_total{cache="embeddings"} 3
            cache_size{cache="embeddings"} 500
            tomcat_threads_busy_threads{name="http-nio-8080"} 12
            process_cpu_seconds_total 4.5
            pgxpool_idle_conns 2
            process_resident_memory_bytes 1.5e+08
            """
        ).application
        var cache = ApplicationReading.Cache()
        (cache.hits, cache.misses, cache.evictions, cache.entries) = (90, 10, 3, 500)
        var expected = ApplicationReading()
        expected.caches = ["embeddings": cache]
        (expected.activeThreads, expected.cpuSeconds, expected.residentBytes) = (12, 4.5, 150_000_000)
        #expect(application == expected)
    }

    @Test(arguments: ["pgxpool_max_conns{pool=", "cache_size{cache="])
    func `a page with more pools or caches than anybody has is refused`(_ sample: String) throws {
        let lines = (0..<PoolPage.most).map { "\(sample)\"p\($0)\"} 1" }
        // A pool that is there already, for the page is refused without any.
        let page = (lines + ["pgxpool_idle_conns{pool=\"p0\"} 2"]).joined(separator: "\n")
        let document = try Self.read(page)
        #expect(max(document.pools.count, document.application.caches.count) == PoolPage.most)
        let failure = #expect(throws: ScrapeFailure.self) { try Self.read(page + "\n\(sample)\"more\"} 1") }
        #expect(failure?.reason == .tooLarge)
        #expect(failure?.description == "the page has more than 1000 pools or caches")
    }

    @Test func `a name that would be cut is refused: two of them might be one series`() {
        let name = String(repeating: "p", count: PoolPage.longestName + 1)
        let failure = #expect(throws: ScrapeFailure.self) {
            try Self.read("pgxpool_max_conns{pool=\"\(name)\"} 1")
        }
        #expect(failure?.reason == .tooLarge)
        #expect(failure?.description == "the name of a pool or cache is longer than 1024 bytes")
    }

    @Test func `NaN, negative numbers and those beyond all reason are unknown`() throws {
        let page =
            """
            pgxpool_max_conns NaN
            pgxpool_acquire_count 1e300
            pgxpool_acquired_conns -1
            pgxpool_idle_conns 2

            """
        #expect(try Self.read(page).pools == [.of(.pgxpool, "web") { $0.idle = 2 }])
    }

    @Test func `a page without pools is told what was looked for`() {
        let failure = #expect(throws: ScrapeFailure.self) { try Self.read("go_goroutines 5\n") }
        #expect(failure?.reason == .mapping)
        #expect(failure?.description.contains("hikaricp_*") == true)
        #expect(failure?.hint == "the page has go_goroutines")
    }

    @Test(arguments: [
        ("process_cpu_seconds_total 4.5\ngo_goroutines 5\n", "go_goroutines, process_cpu_seconds_total"),
        ("hikaricp_connections{pool=\"orders\"} 4\n", "hikaricp_connections"),
        ("pgxpool_max_conns NaN\n", "pgxpool_max_conns"),
        ("go_sql_max_open_connections{db_name=\"app\"} 0\n", "go_sql_max_open_connections"),
    ])
    func `a page without a figure of a pool is no page of pools, and its names are a hint`(
        _ page: String, _ names: String
    ) {
        let failure = #expect(throws: ScrapeFailure.self) { try Self.read(page) }
        #expect(failure?.reason == .mapping)
        #expect(failure?.description.hasPrefix("no figure of a pool is on the page") == true)
        #expect(failure?.hint == "the page has \(names)")
    }

    @Test func `a hint names twenty of a page's names at most`() {
        let page = (10...40).map { "metric_\($0) 1\n" }.joined()
        let failure = #expect(throws: ScrapeFailure.self) { try Self.read(page) }
        let names = (10..<30).map { "metric_\($0)" }.joined(separator: ", ")
        #expect(failure?.hint == "the page has \(names) and more")
    }
}
