import PoolDefinitions
import Testing

@testable import Pools

/// What documents of known shapes mean.
@Suite struct DocumentMappingTests {
    private static func read(
        _ preset: Preset, _ text: String, root: String = "", fields: [PoolField: FieldRule] = [:],
        unit: UtilizationUnit = .ratio
    ) throws -> PoolDocument {
        let mapping = DocumentMapping(
            preset, fields: fields, root: try #require(JSONPointer(root)), pool: "orders",
            utilization: unit)
        return try mapping.document(from: JSONReader.read(Array(text.utf8)))
    }

    private static func pool(_ preset: Preset, _ text: String, root: String = "") throws -> PoolReading {
        let pools = try read(preset, text, root: root).pools
        try #require(pools.count == 1)
        return pools[0]
    }

    @Test func `psycopg_pool leaves out what is 0`() throws {
        let text = #"{"pool_min": 2, "pool_max": 4, "pool_size": 4, "pool_available": 1, "requests_num": 8}"#
        #expect(
            try Self.pool(.psycopgPool, text)
                == .of {
                    $0.used = 3
                    $0.idle = 1
                    $0.allowed = 4
                    $0.minimum = 2
                    $0.pending = 0
                    $0.acquired = 8
                    $0.waitSeconds = 0
                    $0.useSeconds = 0
                    $0.timeouts = 0
                })
    }

    @Test func `psycopg_pool counts milliseconds, and has no limit at 0`() throws {
        let text = """
            {"pool_max": 0, "pool_size": 4, "pool_available": 0, "requests_waiting": 3, "requests_num": 50,
             "requests_wait_ms": 1500, "requests_errors": 2, "usage_ms": 12000, "connections_errors": 1}
            """
        let pool = try Self.pool(.psycopgPool, text)
        #expect(pool.allowed == nil)
        #expect(pool.pending == 3)
        #expect(pool.waitSeconds == 1.5)
        #expect(pool.useSeconds == 12)
        #expect(pool.timeouts == 2)
        #expect(pool.errors == nil)  // Its connections_errors are not those who wait for a connection.
    }

    @Test(arguments: [
        (-3, 2, 0, 2.0, 0.0),  // Two of five have been opened, and both are in use.
        (0, 3, 2, 3, 2), (4, 9, 0, 9, 0),
    ])
    func `the overflow of SQLAlchemy is negative until the pool has been full`(
        _ overflow: Int, _ out: Int, _ back: Int, _ used: Double, _ idle: Double
    ) throws {
        for text in [
            #"{"pool_size": 5, "checked_out": \#(out), "overflow": \#(overflow), "max_overflow": 10}"#,
            #"{"size": 5, "checkedin": \#(back), "overflow": \#(overflow), "max_overflow": 10}"#,
            #"{"size": 5, "checkedin": \#(back), "checkedout": \#(out), "total_capacity": 15}"#,
        ] {
            let pool = try Self.pool(.sqlalchemy, text)
            #expect(pool.used == used)
            #expect(pool.idle == idle)
            #expect(pool.allowed == 15)
        }
    }

    @Test(arguments: [
        #""max_overflow": -1, "size": 5"#, #""max_overflow": 10, "size": 0"#, #""size": 5"#,
        #""total_capacity": 0"#,
    ])
    func `a limit of SQLAlchemy that is none, or not said, is unknown`(_ members: String) throws {
        #expect(try Self.pool(.sqlalchemy, "{\"checkedout\": 1, \(members)}").allowed == nil)
    }

    @Test func `asyncpg and node-postgres say how many there are, and how many are idle`() throws {
        let asyncpg = try Self.pool(.asyncpg, #"{"size": 7, "idle_size": 2, "min_size": 5, "max_size": 10}"#)
        #expect(asyncpg == .of(.asyncpg) { ($0.used, $0.idle, $0.minimum, $0.allowed) = (5, 2, 5, 10) })
        let node = try Self.pool(
            .nodePostgres, #"{"totalCount": 10, "idleCount": 0, "waitingCount": 6, "max": 10}"#)
        #expect(node == .of(.nodePostgres) { ($0.used, $0.idle, $0.pending, $0.allowed) = (10, 0, 6, 10) })
    }

    @Test(arguments: [
        #"{"connection_pool": {"total": 8, "idle": 3, "active": 5, "waiting": 2, "pool_utilization": 0.5}}"#,
        #"{"connection_pool": {"pool_utilization": {"total": 8, "idle": 3, "active": 5, "waiting": 2}}}"#,
        #"{"total_connections": 8, "idle_connections": 3, "active_connections": 5, "waiting_requests": 2}"#,
    ])
    func `a health document may nest its pool`(_ text: String) throws {
        let pool = try Self.pool(.health, text)
        #expect(pool.used == 5)
        #expect(pool.idle == 3)
        #expect(pool.pending == 2)
        #expect(pool.utilization == (text.contains("0.5") ? 0.5 : nil))
    }

    @Test func `a wait of a health document counts in the unit that its name says, or not at all`() throws {
        let text = """
            {"connection_pool": {"active": 1, "average_wait_ms": 12.5, "peak_wait_seconds": 2,
             "acquisitions": 40, "average_wait": 7}}
            """
        let pool = try Self.pool(.health, text)
        #expect(pool.meanWaitSeconds == 0.0125)
        #expect(pool.peakWaitSeconds == 2)
        #expect(pool.acquired == 40)
    }

    @Test func `a root leads to the pool's place`() throws {
        let text = #"{"pools": [{"size": 1, "max": 2}, {"size": 7, "idle": 3, "max": 8}]}"#
        #expect(try Self.pool(.asyncpg, text, root: "/pools/1").used == 4)
    }

    @Test func `fields say where and how, from the document's root`() throws {
        let fields: [PoolField: FieldRule] = try [
            .used: FieldRule(#require(JSONPointer("/db/out"))),
            .waitSeconds: FieldRule(#require(JSONPointer("/db/waited_us")), scale: 1e-6),
            .timeouts: FieldRule(#require(JSONPointer("/db/timeouts")), missing: .zero),
            .errors: FieldRule(#require(JSONPointer("/db/errors"))),
            .cacheHits: FieldRule(#require(JSONPointer("/cache/hits"))),
            .threads: FieldRule(#require(JSONPointer("/threads"))),
        ]
        let text = #"{"db": {"out": 3, "waited_us": 2500000}, "cache": {"hits": 9}, "threads": 4}"#
        let document = try Self.read(.json, text, root: "/elsewhere", fields: fields)
        #expect(
            document.pools == [
                .of(.json) { ($0.used, $0.waitSeconds, $0.timeouts) = (3, 2.5, 0) }
            ])
        #expect(document.application.caches["orders"]?.hits == 9)
        #expect(document.application.activeThreads == 4)
    }

    @Test func `an application without a pool is none`() throws {
        let fields = [PoolField.memory: FieldRule(try #require(JSONPointer("/rss_kib")), scale: 1024)]
        let document = try Self.read(.json, #"{"rss_kib": 2048}"#, fields: fields)
        #expect(document.pools == [])
        #expect(document.application.residentBytes == 2_097_152)
    }

    @Test(arguments: [
        (0.25, UtilizationUnit.ratio, 0.25), (25, .percent, 0.25), (1.1, .ratio, 1.1), (110, .percent, 1.1),
    ])
    func `utilization counts as it is declared`(
        _ number: Double, _ unit: UtilizationUnit, _ ratio: Double
    ) throws {
        let document = try Self.read(.health, #"{"utilization": \#(number)}"#, unit: unit)
        #expect(document.pools.first?.utilization == ratio)
    }

    @Test(arguments: [
        (#"{"pool_size": "8"}"#, "connections_total: /pool_size is a text, not a number"),
        (#"{"pool_size": 8, "pool_max": true}"#, "max_connections: /pool_max is a boolean, not a number"),
        (#"{"pool_size": [8]}"#, "connections_total: /pool_size is a list, not a number"),
        (#"{"pool_size": 8, "requests_waiting": -1}"#, "pending_requests: the number is negative"),
        (#"{"pool_size": 1e300}"#, "connections_total: the number is out of range"),
    ])
    func `what does not fit is named, without its value`(_ text: String, _ words: String) {
        let failure = #expect(throws: ScrapeFailure.self) { try Self.read(.psycopgPool, text) }
        #expect(failure?.reason == .mapping)
        #expect(failure?.description == words)
    }

    @Test func `names that mean something else in a health document say nothing of its pool`() throws {
        let text = #"{"active": true, "errors": [], "connection_pool": {"total": 10, "idle": 4}}"#
        #expect(try Self.pool(.health, text) == .of(.health) { ($0.used, $0.idle) = (6, 4) })
    }

    @Test func `a percentage that is declared a ratio is refused`() {
        let failure = #expect(throws: ScrapeFailure.self) {
            try Self.read(.health, #"{"utilization": 40}"#)
        }
        #expect(failure?.reason == .mapping)
        #expect(failure?.description.contains("write utilization: percent") == true)
    }

    @Test(arguments: [
        (77_076.0, 0.001, 77.076), (3, 0.1, 0.3), (1e9, 1e-9, 1), (7, 0.01, 0.07), (3, 1024, 3072), (5, 1, 5),
        (10, 0.3, 3), (2, 1.5, 3),
    ])
    func `a scale rounds once`(_ number: Double, _ scale: Double, _ scaled: Double) {
        #expect(number.scaled(by: scale) == scaled)
    }

    @Test func `null is unknown, never 0`() throws {
        let pool = try Self.pool(
            .psycopgPool, #"{"pool_size": 4, "requests_waiting": null, "pool_max": null}"#)
        #expect(pool.pending == nil)
        #expect(pool.allowed == nil)
        #expect(pool.timeouts == 0)
    }

    @Test(
        arguments: [
            (
                .health, #"{"pool_min": 2, "pool_max": 10, "pool_size": 8, "pool_available": 5}"#,
                "/pool_available, /pool_max, /pool_min, /pool_size"
            ),
            (
                .psycopgPool, #"{"pool_size": 5, "checked_out": 3, "overflow": -2}"#,
                "/checked_out, /overflow, /pool_size"
            ),
            (.sqlalchemy, #"{"pool_size": 8, "pool_available": 5}"#, "/pool_available, /pool_size"),
        ] as [(Preset, String, String)])
    func `a document of another pool is refused even where a name is in both`(
        _ preset: Preset, _ text: String, _ names: String
    ) {
        let failure = #expect(throws: ScrapeFailure.self) { try Self.read(preset, text) }
        #expect(failure?.reason == .mapping)
        #expect(failure?.description.hasPrefix("no figure of a pool is in the document") == true)
        #expect(failure?.hint == "the document has \(names)")
    }

    @Test func `all of its connections alone say nothing of a pool`() throws {
        let fields = [PoolField.total: FieldRule(try #require(JSONPointer("/open")))]
        let failure = #expect(throws: ScrapeFailure.self) {
            try Self.read(.json, #"{"open": 4}"#, fields: fields)
        }
        #expect(failure?.reason == .mapping)
        #expect(failure?.hint == "the document has /open")
    }

    @Test func `where nothing is found, the names that are there are a hint, and no part of the message`() {
        let failure = #expect(throws: ScrapeFailure.self) {
            try Self.read(.asyncpg, #"{"db": {"size": 1}, "other": 2}"#)
        }
        #expect(failure?.reason == .mapping)
        #expect(failure?.description.contains("/db") == false)
        #expect(failure?.hint == "the document has /db, /other")
    }

    @Test func `fields that lead nowhere are told with what is there`() throws {
        let fields: [PoolField: FieldRule] = try [
            .used: FieldRule(#require(JSONPointer("/pools/orders/used"))),
            .timeouts: FieldRule(#require(JSONPointer("/timeouts")), missing: .zero),
        ]
        let mapping = DocumentMapping(.json, fields: fields, root: .whole, pool: "orders")
        let value = try JSONReader.read(Array(#"{"pools": {"a/b": 1, "web": {}}, "x": 1}"#.utf8))
        #expect(
            mapping.gaps(in: value) == [
                .init(field: .used, pointer: "/pools/orders/used", members: ["/pools/a~1b", "/pools/web"])
            ])
    }
}
