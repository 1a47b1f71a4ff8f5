import PoolDefinitions
import Settings
import Testing

/// What good files mean.
@Suite struct ValidTests {
    @Test func `what is not said has its default`() throws {
        let settings = try Fixture.load("servers: [{name: main}]")
        #expect(settings == Settings(servers: [Settings.Server(name: "main")]))
        #expect(settings.page.listen == [":9187"])
        #expect(settings.page.maxConnections == 128)
        #expect(settings.page.idleTimeout == .seconds(60))
        #expect(settings.log.level == .info)
        #expect(settings.log.format == .logfmt)
        let server = settings.servers[0]
        #expect(server.interval == .seconds(15))
        #expect(server.maxConnections == 3)
        #expect(!server.isPooled)
        #expect(server.conninfo == Secret(""))
        #expect(server.password == nil)
        #expect(server.cluster == nil)
        #expect(server.labels.isEmpty)
        #expect(server.collectors.isEmpty)
    }

    @Test func `an exporter is named as often as anybody likes`() throws {
        let said = "compatibility: [pgbouncer_exporter, pgbouncer_exporter]\nservers: [{name: main}]"
        #expect(try Fixture.load(said).compatibility == [.pgbouncer])
        #expect(try Fixture.load("servers: [{name: main}]").compatibility == [])
    }

    @Test func `everything can be said`() throws {
        let settings = try Fixture.load(
            """
            interval: 30s
            server: {listen: ["127.0.0.1:9187", "[::1]:0"], max_connections: 10000, idle_timeout: 1h}
            log: {level: warning, format: json}
            servers:
              - name: a
                conninfo: postgresql://u:p@h/d
                labels: {env: production, zone: 1}
                pg_cluster: orders
                max_connections: 20
                pooled: yes
                collectors:
                  database: off
                  activity: on
                  archiver: 1m
                  server: {enabled: false, interval: 1d}
              - {name: b, interval: 1s, password_file: /secret}
            """)
        var a = Settings.Server(name: "a")
        a.conninfo = Secret("postgresql://u:p@h/d")
        a.labels = ["env": "production", "zone": "1"]
        a.cluster = "orders"
        a.interval = .seconds(30)
        a.maxConnections = 20
        a.isPooled = true
        a.collectors = [
            "database": CollectorChoice(isEnabled: false), "activity": CollectorChoice(),
            "archiver": CollectorChoice(interval: .seconds(60)),
            "server": CollectorChoice(isEnabled: false, interval: .seconds(86_400)),
        ]
        var b = Settings.Server(name: "b")
        b.interval = .seconds(1)
        b.password = .file("/secret")
        var expected = Settings(servers: [a, b])
        expected.page.listen = ["127.0.0.1:9187", "[::1]:0"]
        expected.page.maxConnections = 10_000
        expected.page.idleTimeout = .seconds(3600)
        expected.log.level = .warning
        expected.log.format = .json
        #expect(settings == expected)
    }

    @Test(arguments: [
        (":9187", [":9187"]), ("localhost:9187", ["localhost:9187"]),
        ("'[fe80::1%eth0]:1'", ["[fe80::1%eth0]:1"]),
        ("\":65535\"", [":65535"]), ("[':1', ':2']", [":1", ":2"]),
    ])
    func `one address or a list of them may be said`(_ yaml: String, _ addresses: [String]) throws {
        #expect(try Fixture.load("server: {}\nservers: [{name: a}]").page.listen == [":9187"])
        #expect(try Fixture.load("server:\n  listen: \(yaml)\nservers: [{name: a}]").page.listen == addresses)
    }

    @Test(arguments: ["0123", "1.0", "1e3", "yes", "0x1F", "2020-01-01", "1:30", "'null'", "=", "a#b"])
    func `a text is what is written, even where YAML sees a number`(_ scalar: String) throws {
        let password = scalar.replacing("'", with: "")
        #expect(try Fixture.server("password: \(scalar)").conninfo == Secret("password='\(password)'"))
    }

    @Test func `single connection settings become a quoted conninfo`() throws {
        let server = try Fixture.server(
            #"host: /var/run"#, #"port: 5432,5433"#, #"password: 'it''s a \'"#, "sslmode: verify-full",
            "sslsni: 1",
            "keepalives_idle: 30", "options: -c geqo=off")
        #expect(
            server.conninfo.revealed
                == #"host='/var/run' password='it\'s a \\' options='-c geqo=off' sslmode='verify-full' "#
                + #"sslsni='1' keepalives_idle='30' port='5432,5433'"#)
    }

    @Test func `a password comes from a file, a credential or a command`() throws {
        #expect(try Fixture.server("password_file: /a").password == .file("/a"))
        #expect(try Fixture.server("password_credential: a.b").password == .credential("a.b"))
        #expect(try Fixture.server("password_credential: 007").password == .credential("007"))
        #expect(
            try Fixture.server("password_command: [pass, show, 007]").password
                == .command([Secret("pass"), Secret("show"), Secret("007")]))
    }

    @Test func `nothing is expanded`() throws {
        #expect(try Fixture.server("password_file: $HOME/${X}").password == .file("$HOME/${X}"))
    }

    @Test func `an empty section says nothing`() throws {
        let bare = try Fixture.load("servers: [{name: main}]")
        #expect(try Fixture.load("server:\nlog:\nservers: [{name: main, labels: , collectors: }]") == bare)
    }

    @Test func `poolers are targets beside servers, or without them`() throws {
        let settings = try Fixture.load(
            """
            interval: 30s
            pools:
              - name: bouncer
                kind: pgbouncer
                host: db1
                port: 6432
                pg_cluster: orders
                behind: outer
                collectors: {pgbouncer_clients: 1m}
                sizing: {cores: 8}
              - {name: outer, kind: odyssey, interval: 1s}
            sizing: {target: 0.5, cores: 4}
            """)
        var bouncer = Settings.Pooler(name: "bouncer", kind: .pgbouncer)
        bouncer.conninfo = Secret("host='db1' port='6432'")
        bouncer.cluster = "orders"
        bouncer.behind = "outer"
        bouncer.interval = .seconds(30)
        bouncer.collectors = ["pgbouncer_clients": CollectorChoice(interval: .seconds(60))]
        bouncer.sizing.target = 0.5
        bouncer.sizing.cores = 8
        var outer = Settings.Pooler(name: "outer", kind: .odyssey)
        outer.interval = .seconds(1)
        outer.sizing.target = 0.5
        outer.sizing.cores = 4
        #expect(settings.servers.isEmpty)
        #expect(settings.poolers == [bouncer, outer])
        #expect(settings.watched.map(\.name) == ["bouncer", "outer"])
        let faster = try settings.overriding(interval: "2m")
        #expect(faster.poolers.map(\.interval) == [.seconds(120), .seconds(120)])
        #expect(faster.poolers[0].collectors["pgbouncer_clients"]?.interval == .seconds(120))
    }
}
