import Settings
import Testing

/// Starting without a file, and what the command line changes.
@Suite struct EnvironmentTests {
    @Test(arguments: [
        ([:], ""), (["PGHOST": "db"], ""), (["DATA_SOURCE_NAME": ""], ""),
        (["DATA_SOURCE_NAME": "host=db", "PGHOST": "other"], "host=db"),
        (["DATA_SOURCE_NAME": "postgresql://u:p@h/d"], "postgresql://u:p@h/d"),
        (["DATA_SOURCE_NAME": "postgres://h"], "postgres://h"),
    ])
    func `without a file there is one server`(_ environment: [String: String], _ conninfo: String) throws {
        var main = Settings.Server(name: "main")
        main.conninfo = Secret(conninfo)
        #expect(
            try Settings.fromEnvironment(environment, in: Fixture.surroundings) == Settings(servers: [main]))
    }

    @Test func `a data source that is none is refused without showing it`() {
        #expect(
            Self.problem { () throws(SettingsErrors) in
                try Settings.fromEnvironment(["DATA_SOURCE_NAME": "hunter2"], in: Fixture.surroundings)
            }
                == "DATA_SOURCE_NAME: found a text of another shape; "
                + "allowed is \"keyword=value ...\" or a URI that begins with postgresql://")
    }

    @Test func `the command line has the last word`() throws {
        let settings = try Fixture.load(
            """
            servers:
              - {name: a, interval: 5s, collectors: {database: 10s, archiver: 2m, activity: false}}
              - name: b
            """)
        let other = try settings.overriding(listen: [":1", "[::1]:2"], interval: "1m", logLevel: "debug")
        #expect(other.page.listen == [":1", "[::1]:2"])
        #expect(other.log.level == .debug)
        #expect(other.servers.map(\.interval) == [.seconds(60), .seconds(60)])
        #expect(other.servers[0].collectors["database"]?.interval == .seconds(60))
        #expect(other.servers[0].collectors["archiver"]?.interval == .seconds(120))
        #expect(other.servers[0].collectors["activity"] == CollectorChoice(isEnabled: false))
        #expect(try settings.overriding() == settings)
    }

    @Test func `an option that is not allowed is named`() {
        let settings = Settings(servers: [])
        #expect(
            Self.problem { () throws(SettingsErrors) in try settings.overriding(interval: "15") }
                == "--interval: found a number without a unit, write 15s; "
                + "allowed is a duration from 1s to 1h, like 15s or 1h30m")
        #expect(
            Self.problem { () throws(SettingsErrors) in try settings.overriding(logLevel: "loud") }
                == "--log-level: found a text that is none of them; "
                + "allowed is debug, info, notice, warning or error"
        )
        #expect(
            Self.problem { () throws(SettingsErrors) in try settings.overriding(listen: ["9187"]) }
                == "--listen: found a number; "
                + "allowed is an address such as \":9187\", \"127.0.0.1:9187\" or \"[::1]:9187\"")
    }

    private static func problem(of body: () throws(SettingsErrors) -> Settings) -> String? {
        do throws(SettingsErrors) {
            _ = try body()
            return nil
        } catch {
            return error.description
        }
    }
}
