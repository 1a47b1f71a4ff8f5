import PoolDefinitions
import Settings
import Testing

/// What `application_pools` and `sizing` mean.
@Suite struct ApplicationPoolTests {
    private static func pool(_ lines: String..., top: String = "") throws -> Settings.ApplicationPool {
        let text =
            "servers: [{name: main}]\n\(top)\napplication_pools:\n  - name: web\n"
            + lines.map { "    \($0)\n" }.joined()
        let pools = try Fixture.load(text).applicationPools
        try #require(pools.count == 1)
        return pools[0]
    }

    private static let address = "url: https://app.example.org:8443/health?token=x"

    @Test func `what is not said has its default`() throws {
        var expected = Settings.ApplicationPool(name: "web")
        expected.url = Secret("https://app.example.org:8443/health?token=x")
        expected.format = .psycopgPool
        #expect(try Self.pool(Self.address, "format: psycopg_pool") == expected)
        #expect(expected.pool == "web")
        #expect(expected.interval == .seconds(15))
        #expect(expected.timeout == .seconds(5))
        #expect(expected.access.redirects == 0)
        #expect(expected.access.longestBody == 1_048_576)
        #expect(expected.access.credentials == .none)
        #expect(!expected.access.isInsecure)
        #expect(expected.utilization == .ratio)
    }

    @Test func `everything can be said`() throws {
        let pool = try Self.pool(
            Self.address, "format: json", "pool: orders", "interval: 1m", "timeout: 20s",
            "pg_cluster: orders", "labels: {env: production}", "behind: main", "utilization: percent",
            "root: /pools/0", "username: monitor", "password_file: /secret", "ca_file: /ca",
            "certificate_file: /crt", "key_file: /key", "redirects: 2", "max_body: 64KiB",
            "fields: {acquire: /a~1b, acquire_wait_seconds: {pointer: /w, scale: 0.001, missing: zero}}")
        var expected = Settings.ApplicationPool(name: "web")
        expected.url = Secret("https://app.example.org:8443/health?token=x")
        (expected.pool, expected.cluster, expected.behind) = ("orders", "orders", "main")
        (expected.interval, expected.timeout) = (.seconds(60), .seconds(20))
        expected.labels = ["env": "production"]
        (expected.utilization, expected.root) = (.percent, try #require(JSONPointer("/pools/0")))
        expected.access.credentials = .basic(username: "monitor", passwordFile: "/secret")
        (expected.access.caFile, expected.access.certificateFile) = ("/ca", "/crt")
        (expected.access.keyFile, expected.access.redirects) = ("/key", 2)
        expected.access.longestBody = 65_536
        expected.fields = [
            .acquired: FieldRule(try #require(JSONPointer("/a~1b"))),
            .waitSeconds: FieldRule(try #require(JSONPointer("/w")), scale: 0.001, missing: .zero),
        ]
        #expect(pool == expected)
    }

    @Test func `a token is another way in, and any certificate may do`() throws {
        let pool = try Self.pool(Self.address, "format: health", "bearer_token_file: /t", "insecure: true")
        #expect(pool.access.credentials == .bearer(tokenFile: "/t"))
        #expect(pool.access.isInsecure)
    }

    @Test(arguments: [
        "http://localhost", "http://127.0.0.1:8080/x", "HTTPS://[::1]:443/", "http://a-b.c_d.example:1/?q#f",
    ])
    func `a URL has a scheme and a host`(_ url: String) throws {
        #expect(try Self.pool("url: '\(url)'", "format: asyncpg").url == Secret(url))
    }

    @Test func `a short interval shortens the timeout that is not said`() throws {
        #expect(try Self.pool(Self.address, "format: asyncpg", "interval: 3s").timeout == .seconds(1))
    }

    @Test func `a pool's sizing changes that of all pools key by key`() throws {
        let top = "sizing: {target: 0.5, minimum: 2, window: 10m, cores: 8, spindles: 2, shrink_below: 0.1}"
        var all = Sizing()
        (all.target, all.minimum, all.window, all.cores) = (0.5, 2, .seconds(600), 8)
        (all.spindles, all.shrinkBelow) = (2, 0.1)
        #expect(try Self.pool(Self.address, "format: asyncpg", top: top).sizing == all)
        let own = try Self.pool(
            Self.address, "format: asyncpg", "sizing: {minimum: 7, minimum_ratio: 0.5}", top: top)
        (all.minimum, all.minimumRatio) = (7, 0.5)
        #expect(own.sizing == all)
    }

    @Test func `pools alone are settings enough`() throws {
        let settings = try Fixture.load(
            "application_pools: [{name: web, url: http://a/, format: asyncpg}]")
        #expect(settings.servers.isEmpty)
        #expect(settings.applicationPools.map(\.name) == ["web"])
    }

    @Test func `a password that goes over the network as plain text is noted`() throws {
        let settings = try Fixture.load(
            """
            application_pools:
              - {name: web, url: http://a/, format: asyncpg, bearer_token_file: /t}
            """)
        #expect(
            settings.notes.map(\.description) == [
                "test.yml:2:69: bearer_token_file: goes over the network as plain text; https would hide it"
            ])
    }

    @Test func `the command line's interval holds for application pools too`() throws {
        let settings = try Fixture.load("application_pools: [{name: web, url: http://a/, format: asyncpg}]")
        let pool = try settings.overriding(interval: "3s").applicationPools[0]
        #expect(pool.interval == .seconds(3))
        #expect(pool.timeout == .seconds(2))
    }

    @Test func `a URL is never dumped`() throws {
        let pool = try Self.pool(Self.address, "format: asyncpg")
        #expect(!"\(pool)".contains("token"))
    }
}
