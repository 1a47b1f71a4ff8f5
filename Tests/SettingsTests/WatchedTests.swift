import Settings
import Testing

/// Who stands behind whom.
@Suite struct WatchedTests {
    private static let text = """
        servers: [{name: main}, {name: other}]
        pools:
          - {name: bouncer, kind: pgbouncer, behind: main}
          - {name: outer, kind: odyssey, behind: bouncer}
          - {name: alone, kind: pgcat}
          - {name: before alone, kind: pgcat, behind: alone}
          - {name: round, kind: pgdog, behind: and round}
          - {name: and round, kind: pgdog, behind: round}
        """

    @Test(arguments: [
        ("main", "main"), ("other", "other"), ("bouncer", "main"), ("outer", "main"),
    ])
    func `the way from a pool ends at a server, over any number of poolers`(
        _ behind: String, _ server: String
    ) throws {
        #expect(try Fixture.load(Self.text).watched.server(behind: behind)?.name == server)
    }

    @Test(arguments: [nil, "alone", "before alone", "round", "nobody"] as [String?])
    func `a way that ends elsewhere, or nowhere, leads to no server`(_ behind: String?) throws {
        #expect(try Fixture.load(Self.text).watched.server(behind: behind) == nil)
    }
}
