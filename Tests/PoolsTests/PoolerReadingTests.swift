import Exposition
import PoolDefinitions
import Testing

@testable import Pools

/// What each pooler's figures mean in the terms that all pools share.
@Suite struct PoolerReadingTests {
    @Test func `PgBouncer's used servers are idle, and those being tested or cancelled are busy`() throws {
        let states = [
            "active": 5.0, "idle": 10, "used": 20, "tested": 1, "login": 2, "active_cancel": 3,
            "being_canceled": 4,
        ]
        let place: KeyValuePairs = ["database": "app", "user": "web"]
        let reading = try #require(
            readings(
                of: .pgbouncer,
                [
                    .gauges(
                        "pgbouncer_pool_server_connections",
                        states.map { (["database": "app", "user": "web", "state": $0], $1) }),
                    .gauges(
                        "pgbouncer_pool_client_connections",
                        [
                            (["database": "app", "user": "web", "state": "active"], 50),
                            (["database": "app", "user": "web", "state": "waiting"], 7),
                        ]), .gauges("pgbouncer_pool_oldest_wait_seconds", [(place, 1.5)]),
                ]
            ).first)
        #expect(reading.used == 13 && reading.idle == 30 && reading.creating == 2)
        #expect(reading.pending == 7 && reading.oldestWaitSeconds == 1.5)
        #expect(reading.pool == "app" && reading.user == "web" && reading.allowed == nil)
    }

    @Test(
        arguments: [
            // Pool, reserve, maximum of the database; pool, reserve, maximum of the user; allowed.
            (20, 0, nil, nil, nil, nil, 20), (20, 5, nil, nil, nil, nil, 25),
            (20, 5, 22, nil, nil, nil, 22), (20, 5, 50, nil, nil, 10, 10), (20, 5, nil, 8, nil, nil, 13),
            (20, 5, nil, 8, 0, nil, 8), (nil, 0, nil, nil, nil, nil, nil), (nil, 5, 30, nil, nil, nil, 30),
            (nil, 0, nil, nil, nil, 12, 12), (nil, 0, nil, 3, nil, nil, 3),
        ] as [(Double?, Double?, Double?, Double?, Double?, Double?, Double?)])
    func `a pool of PgBouncer may have what the tightest of its limits allows`(
        _ size: Double?, _ reserve: Double?, _ most: Double?, _ userSize: Double?, _ userReserve: Double?,
        _ userMost: Double?, _ allowed: Double?
    ) {
        let database: KeyValuePairs = ["database": "app", "backend_database": "orders"]
        let found = readings(
            of: .pgbouncer,
            [
                .gauges(
                    "pgbouncer_pool_server_connections",
                    [(["database": "app", "user": "web", "state": "active"], 1)]),
                figures("pgbouncer_database_pool_size", database, size),
                figures("pgbouncer_database_reserve_pool_size", database, reserve),
                figures("pgbouncer_database_max_server_connections", database, most),
                figures("pgbouncer_user_pool_size", ["user": "web"], userSize),
                figures("pgbouncer_user_reserve_pool_size", ["user": "web"], userReserve),
                figures("pgbouncer_user_max_server_connections", ["user": "web"], userMost),
                figures("pgbouncer_user_max_server_connections", ["user": "other"], 1),
            ])
        #expect(found[0].allowed == allowed)
    }

    @Test(
        arguments: [(nil, 40), (5, 5), (7, 7), (100, 40)] as [(Double?, Double?)])
    func `all users of a database together may have no more than the database`(
        _ most: Double?, _ configured: Double?
    ) {
        let found = readings(
            of: .pgbouncer,
            [
                .gauges(
                    "pgbouncer_pool_server_connections",
                    [
                        (["database": "app", "user": "web", "state": "active"], 1),
                        (["database": "app", "user": "report", "state": "active"], 1),
                        (["database": "app", "user": "refused", "state": "active"], 0),
                    ]),
                figures("pgbouncer_database_pool_size", ["database": "app"], 20),
                figures("pgbouncer_database_max_server_connections", ["database": "app"], most),
            ])
        #expect(found.last?.user == nil && found.last?.configured == configured)
    }

    @Test(
        arguments: [
            ("transaction", true, 100, 50), ("transaction", false, 300, 50), ("statement", false, 300, 50),
            ("session", true, 100, nil), ("session", false, nil, nil),
        ] as [(String, Bool, Double?, Double?)])
    func `what was handed out and how long it was used depends on when a connection is taken back`(
        _ mode: String, _ countsAssignments: Bool, _ acquired: Double?, _ used: Double?
    ) {
        let database: KeyValuePairs = ["database": "app"]
        let found = readings(
            of: .pgbouncer,
            [
                .gauges(
                    "pgbouncer_pool_server_connections",
                    [(["database": "app", "user": "web", "state": "active"], 1)]),
                .info("pgbouncer_pool_info", ["database": "app", "user": "web", "pool_mode": mode]),
                figures(
                    "pgbouncer_database_server_assignments_total", database, countsAssignments ? 100 : nil),
                figures("pgbouncer_database_transactions_total", database, 300),
                figures("pgbouncer_database_transaction_seconds_total", database, 50),
                figures("pgbouncer_database_client_wait_seconds_total", database, 9),
            ])
        #expect(found.count == 2)
        #expect(found[1].acquired == acquired && found[1].useSeconds == used && found[1].waitSeconds == 9)
        #expect(found[1].used == nil && found[0].acquired == nil)
        #expect(found[1].useIncludesWaits)
    }

    @Test func `the processes of Pgpool-II are one pool, without the one that serves us`() {
        let found = readings(
            of: .pgpool,
            [
                .gauges(
                    "pgpool_frontend_processes",
                    [
                        (["state": "execute"], 3), (["state": "idle"], 1),
                        (["state": "idle_in_transaction"], 2), (["state": "connecting"], 1),
                        (["state": "wait_for_connection"], 24),
                    ]), figures("pgpool_config_num_init_children", [:], 32),
                figures("pgpool_config_reserved_connections", [:], 2),
            ])
        var expected = PoolReading(.pgpool, pool: "processes")
        expected.used = 6
        expected.creating = 1
        expected.idle = 24
        expected.allowed = 29
        #expect(found == [expected])
    }

    @Test func `a Pgpool-II that does not tell what its processes do has no pool`() {
        #expect(readings(of: .pgpool, [figures("pgpool_config_num_init_children", [:], 32)]) == [])
    }

    @Test func `Odyssey knows who waits, and not for how long`() {
        let found = readings(
            of: .odyssey,
            [
                .gauges(
                    "odyssey_pool_server_connections",
                    [
                        (["database": "app", "user": "web", "state": "active"], 10),
                        (["database": "app", "user": "web", "state": "idle"], 2),
                    ]),
                figures(
                    "odyssey_pool_client_connections",
                    ["database": "app", "user": "web", "state": "waiting"], 4),
                figures("odyssey_database_server_assignments_total", ["database": "app"], 30),
            ])
        var gauges = PoolReading(.odyssey, pool: "app", user: "web")
        gauges.used = 10
        gauges.idle = 2
        gauges.pending = 4
        var counters = PoolReading(.odyssey, pool: "app")
        counters.acquired = 30
        #expect(found == [gauges, counters])
    }

    @Test func `a pool of Odyssey may have what its user's rule allows, or that for any user`() {
        let users = ["web", "free", "report"]
        let found = readings(
            of: .odyssey,
            [
                .gauges(
                    "odyssey_pool_server_connections",
                    users.map { (["database": "app", "user": $0, "state": "active"], 1) }),
                .gauges(
                    "odyssey_database_client_connections",
                    ["web", "free", "default_user"].map { (["database": "app", "user": $0], 1) }),
                .gauges(
                    "odyssey_database_pool_size",
                    [
                        (["database": "app", "user": "web"], 10),
                        (["database": "app", "user": "default_user"], 5),
                        (["database": "orders", "user": "free"], 7),
                    ]),
            ])
        #expect(found.filter { $0.user != nil }.map(\.allowed) == [10, nil, 5])
    }

    @Test func `a pool of PgCat may have what each of its servers allows, summed`() {
        let found = readings(
            of: .pgcat,
            [
                .gauges(
                    "pgcat_pool_server_connections",
                    [
                        (["database": "app", "user": "web", "state": "active"], 4),
                        (["database": "app", "user": "web", "state": "tested"], 1),
                        (["database": "app", "user": "web", "state": "idle"], 2),
                        (["database": "app", "user": "web", "state": "login"], 3),
                    ]),
                .gauges(
                    "pgcat_database_pool_size",
                    [
                        (["address": "app_shard_0_primary", "user": "web"], 10),
                        (["address": "app_shard_0_replica_0", "user": "web"], 10),
                        (["address": "app_shard_0_primary", "user": "report"], 99),
                        (["address": "apps_shard_0_primary", "user": "web"], 99),
                    ]),
                .gauges(
                    "pgcat_database_transactions_total",
                    [
                        (["address": "app_shard_0_primary", "database": "app", "user": "web"], 100),
                        (["address": "app_shard_0_replica_0", "database": "app", "user": "web"], 40),
                    ]),
            ])
        #expect(found[0].used == 5 && found[0].idle == 2 && found[0].creating == 3)
        #expect(found[0].allowed == 20)
        #expect(found[1].acquired == 140)
    }

    @Test func `a pool of PgDog is over all its shards and servers, and its longest wait is that of one`() {
        let shards: [(KeyValuePairs<String, String>, Double)] = [
            (["database": "app", "user": "web", "shard": "0"], 2.5),
            (["database": "app", "user": "web", "shard": "1"], 1),
        ]
        let found = readings(
            of: .pgdog,
            [
                .gauges(
                    "pgdog_pool_server_connections",
                    [
                        (["database": "app", "user": "web", "shard": "0", "state": "active"], 8),
                        (
                            ["database": "app", "user": "web", "shard": "0", "state": "idle_in_transaction"],
                            2
                        ),
                        (["database": "app", "user": "web", "shard": "1", "state": "active"], 1),
                        (["database": "app", "user": "web", "shard": "1", "state": "idle"], 1),
                    ]), .gauges("pgdog_pool_oldest_wait_seconds", shards),
                .gauges("pgdog_database_client_wait_seconds_total", shards),
            ])
        #expect(found[0].used == 11 && found[0].idle == 1 && found[0].oldestWaitSeconds == 2.5)
        #expect(found[1].waitSeconds == 3.5)
    }

    // MARK: -

    private func readings(of kind: PoolerKind, _ tables: [FigureTable]) -> [PoolReading] {
        PoolReading.readings(of: kind, from: tables)
    }

    private func figures(
        _ name: MetricName, _ labels: KeyValuePairs<String, String>, _ value: Double?
    ) -> FigureTable {
        .gauges(name, value.map { [(labels, $0)] } ?? [])
    }
}
