import Collectors
import Exposition
import Postgres
import Testing

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `sessions appear by what they do, and our own never`(_ server: TestServer) throws {
        _ = try server.prepare()
        let shop = [
            try Client(of: server, as: TestServer.plain, application: "test shop"),
            try Client(of: server, as: TestServer.plain, application: "test shop"),
        ]
        let namesake = try Client(of: server, as: TestServer.plain)  // Calls itself pgvigil.
        _ = try shop[1].connection.cell("BEGIN; SELECT 1 AS one")
        let others = [
            try Client(of: server, as: TestServer.monitor), try Client(of: server, as: TestServer.monitor),
        ]
        var connection = try server.connect(as: TestServer.monitor)
        let collection = try withExtendedLifetime((shop, namesake, others)) {
            try Collector.named("activity").collect(from: &connection)
        }
        let database = try #require(try connection.cell("SELECT pg_catalog.current_database()"))
        for (state, count) in [("idle", 2), ("idle in transaction", 1)] {
            let labels: Labels = ["datname": database, "usename": TestServer.plain, "state": state]
            #expect(collection.count(of: "pg_stat_activity_connections", labels) == Int64(count))
        }
        let applications: MetricName = "pg_stat_activity_application_connections"
        #expect(collection.count(of: applications, ["application_name": "test shop"]) == 2)
        #expect(collection.count(of: applications, ["application_name": "pgvigil"]) == 1)
        #expect(!collection.page.contains("usename=\"\(TestServer.monitor)\""))
        #expect(collection.count(of: "pg_stat_activity_backends", ["backend_type": "checkpointer"]) == 1)
        let idle: Labels = ["backend_type": "client backend", "wait_event_type": "Client"]
        #expect(try #require(collection.count(of: "pg_stat_activity_waiting_backends", idle)) >= 3)
    }

    @Test(arguments: TestServer.all)
    func `sessions of our login are our own also where a setting changes its role`(_ server: TestServer)
        throws
    {
        var owner = try server.prepare()
        try owner.run("GRANT \(TestServer.plain) TO \(TestServer.monitor)")
        try owner.run("GRANT pg_monitor TO \(TestServer.plain)")
        try owner.run("ALTER ROLE \(TestServer.monitor) SET role = '\(TestServer.plain)'")
        let other = try Client(of: server, as: TestServer.monitor)
        var connection = try server.connect(as: TestServer.monitor)
        let role = try connection.cell("SELECT current_user")
        let collection = try withExtendedLifetime(other) {
            try Collector.named("activity").collect(from: &connection)
        }
        try owner.run("ALTER ROLE \(TestServer.monitor) RESET role")
        try owner.run("REVOKE pg_monitor FROM \(TestServer.plain)")
        try owner.run("REVOKE \(TestServer.plain) FROM \(TestServer.monitor)")
        #expect(role == TestServer.plain)
        #expect(!collection.page.contains("usename=\"\(TestServer.monitor)\""))
    }

    @Test(arguments: TestServer.all)
    func `applications beyond the fiftieth are counted as other, and none is lost`(_ server: TestServer)
        throws
    {
        _ = try server.prepare()
        let clients = try (100..<155).map {
            try Client(of: server, as: TestServer.plain, application: "test \($0)")
        }
        var connection = try server.connect(as: TestServer.monitor)
        let collection = try withExtendedLifetime(clients) {
            try Collector.named("activity").collect(from: &connection)
        }
        let applications = collection.samples(of: "pg_stat_activity_application_connections")
        let other = try #require(
            collection.count(of: "pg_stat_activity_application_connections", ["application_name": "other"]))
        #expect(applications.count == 51)
        #expect(other >= 5)
        #expect(sum(applications) == sum(collection.samples(of: "pg_stat_activity_connections")))
        #expect(sum(applications) >= 55)
    }

    // MARK: -

    private func sum(_ samples: [Sample]) -> Int64 {
        samples.reduce(0) { sum, sample in
            guard case .integer(let count) = sample.value else { return sum }
            return sum + count
        }
    }
}
