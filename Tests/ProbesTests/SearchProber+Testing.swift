import Exposition
import Postgres
import ProbeDefinitions
import SQL
import Synchronization
import Testing

@testable import Probes

extension SearchProber {
    /// A prober of `docs` that takes the index however small the table is, and finds everything.
    static func ofDocuments(
        operator: String = "<->", timeout: Duration = .seconds(5),
        _ change: (inout SearchProbe) -> Void = { _ in }
    ) -> SearchProber {
        var probe = SearchProbe(
            name: "docs",
            target: SearchTarget(table: "docs", searched: .column("embedding"), operator: `operator`))
        probe.variants = [Variant(settings: effort("1000"))]
        probe.schedule.timeout = timeout
        change(&probe)
        return SearchProber(probe, budget: ProbeBudget())
    }

    static func effort(_ search: String) -> [LocalSetting] {
        [
            LocalSetting("enable_seqscan", "off"), LocalSetting("enable_sort", "off"),
            LocalSetting("hnsw.ef_search", search),
        ]
    }

    /// Ticks that are due at once, the first of a new connection.
    func run(_ numbers: Range<Int>, on connection: inout Connection) throws {
        for number in numbers {
            try run(.now(number, isNewConnection: number == 0), on: &connection)
        }
    }

    /// Whether the catalogue, and all that hangs on it, is to be looked at again after the next tick.
    func doubt() {
        state.withLock { $0.isDoubtful = true }
    }
}

extension ProbeTick {
    static func now(_ number: Int, isNewConnection: Bool = false, cold: Duration? = nil) -> ProbeTick {
        ProbeTick(
            number: number, due: .now, server: ServerState(version: 180_000), cold: cold,
            isNewConnection: isNewConnection)
    }
}

extension TestServer {
    /// A database of 1,000 documents with an HNSW index; nothing where the server has no pgvector.
    func withDocuments(_ body: (inout Connection, inout Connection) throws -> Void) throws {
        try withDatabase { owner in
            try owner.createDocuments()
            try owner.run("CREATE INDEX docs_idx ON docs USING hnsw (embedding vector_l2_ops)")
            var connection = try connect(to: TestServer.database)
            try body(&owner, &connection)
        }
    }
}
