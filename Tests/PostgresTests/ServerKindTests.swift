import PoolDefinitions
import Testing

@testable import Postgres

/// What answers at the other end.
@Suite struct ServerKindTests {
    @Test(
        arguments: [
            ("PgBouncer 1.24.1", [.pgbouncer]), ("PgDog v0.1.6", [.pgdog]), ("PGCAT 1.2.0", [.pgcat]),
            ("4.3.5 (tamahomeboshi)", [.pgpool, .odyssey]), ("1.4.0", [.pgpool, .odyssey]),
            ("PostgreSQL 16.2 on x86_64-pc-linux-gnu", []),
        ] as [(String, Set<PoolerKind>)])
    func `a version is that of the pooler it names, or of one that gives its number alone`(
        _ version: String, _ kinds: Set<PoolerKind>
    ) {
        #expect(Set(PoolerKind.allCases.filter { ServerKind.pooler($0).says(version: version) }) == kinds)
    }
}
