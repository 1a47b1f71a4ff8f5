import Foundation
import Postgres
import ProbeDefinitions
import SQL
import Testing

@testable import Probes

extension ServerTests {
    @Test(arguments: TestServer.all)
    func `drawn rows come from all pages, each as likely, and have vectors`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            // Pages of 50 rows and less, whose first half has no vectors.
            try owner.run("CREATE TABLE sparse (id int PRIMARY KEY, lang text, embedding vector(16))")
            try owner.run(
                """
                INSERT INTO sparse
                SELECT id, repeat(lang, 40), CASE WHEN id > 500 THEN embedding END FROM docs
                """)
            try owner.run("DELETE FROM sparse WHERE id BETWEEN 501 AND 505")
            try owner.run("UPDATE sparse SET embedding = '[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]' WHERE id = 506")
            let pages = try #require(
                Int(
                    try owner.cell(
                        """
                        SELECT count(DISTINCT split_part(ctid::text, ',', 1)) FROM sparse
                        WHERE embedding IS NOT NULL
                        """) ?? ""))
            #expect(pages > 5)
            var connection = try server.connect(to: TestServer.database)
            var probe = SearchProbe(
                name: "docs",
                target: SearchTarget(table: "sparse", searched: .column("embedding"), operator: "<=>"))
            func draw(_ count: Int, round: Int = 0) throws -> [QueryVector] {
                probe.queries.count = count
                let search = try Search.resolve(probe, on: &connection, by: .after(.seconds(10)))
                return try search.drawQueries(round: round, on: &connection, by: .after(.seconds(10)))
            }
            let all = try draw(1000)
            #expect(Set(all.compactMap(\.key)) == Set((507...1000).map { "\($0)" }))
            #expect(all.map(\.key) != all.map(\.key).sorted { Int($0 ?? "") ?? 0 < Int($1 ?? "") ?? 0 })
            for query in all.prefix(5) {
                let vector = try owner.cell("SELECT embedding FROM docs WHERE id = \(query.key ?? "")")
                #expect(vector == query.text)
            }
            #expect(try draw(20) == draw(20))
            #expect(try draw(20) != draw(20, round: 1))
            #expect(try draw(20).count == 20)

            // Where one page in eight has rows that will do, all pages are visited for a few.
            try owner.run("UPDATE docs SET lang = repeat(lang, 3000)")
            try owner.run("ALTER TABLE docs ALTER lang SET STORAGE PLAIN")
            try owner.run("UPDATE docs SET lang = lang || '', embedding = NULL WHERE id > 20")
            try owner.run("VACUUM FULL docs")
            probe.target.table = "docs"
            #expect(Set(try draw(130).compactMap(\.key)) == Set((1...20).map { "\($0)" }))
            probe.target.table = "sparse"

            var drawn: [String: Int] = [:]
            for round in 0..<40 {
                for query in try draw(50, round: round) { drawn[query.key ?? "", default: 0] += 1 }
            }
            #expect(drawn.count > 450)  // Of 494; by chance 8 of them are left out.
            let upper = drawn.filter { Int($0.key) ?? 0 > 753 }.values.reduce(0, +)
            #expect(850...1150 ~= upper)  // Half of 2,000.
        }
    }

    @Test(arguments: TestServer.all)
    func `the sample keeps to its limits, and to what the filter lets through`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            var connection = try server.connect(to: TestServer.database)
            var probe = SearchProbe(
                name: "docs",
                target: SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>"))
            func sample() throws -> [(key: String, vector: VectorValue)] {
                let search = try Search.resolve(probe, on: &connection, by: .after(.seconds(10)))
                return try search.drawSample(on: &connection, by: .after(.seconds(10)))
            }
            #expect(try sample().count == 1000)
            probe.recall.sample.rows = 300
            #expect(try sample().count == 300)
            probe.recall.sample.maxBytes = 64 * 100
            #expect(try sample().count == 100)
            probe.target.filter = "lang = 'en' AND id <= 20"
            probe.recall.sample.maxBytes = 64 << 20
            #expect(try sample().map(\.key).sorted() == (1...10).map { "\($0 * 2)" }.sorted())
            let vector = try #require(try sample().first { $0.key == "2" }?.vector)
            #expect(try owner.cell("SELECT embedding FROM docs WHERE id = 2") == vector.text)
        }
    }

    @Test(arguments: TestServer.all)
    func `vectors come from the operator's statement, from a file, or at random`(_ server: TestServer) throws
    {
        try server.withDatabase { owner in
            try owner.createDocuments()
            var connection = try server.connect(to: TestServer.database)
            var probe = SearchProbe(
                name: "docs",
                target: SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>"))
            probe.queries.count = 7
            func draw(_ origin: QuerySource.Origin) throws -> [QueryVector] {
                probe.queries.origin = origin
                let search = try Search.resolve(probe, on: &connection, by: .after(.seconds(10)))
                return try search.drawQueries(on: &connection, by: .after(.seconds(10)))
            }
            let logged = try draw(.sql("SELECT embedding, id FROM docs ORDER BY id; -- the first"))
            let first = try owner.firstColumn("SELECT embedding FROM docs ORDER BY id LIMIT 7")
            #expect(logged.map(\.text) == first.compactMap(\.self))
            #expect(logged.allSatisfy { $0.key == nil })
            let both = "SELECT NULL UNION ALL SELECT '[0,0]' UNION ALL SELECT '[0,2]'"
            #expect(try draw(.sql(both)) == [QueryVector(text: "[0,2]")])
            #expect(throws: SearchError.noQueries) {
                try draw(.sql("SELECT embedding FROM docs WHERE false"))
            }
            #expect(throws: SearchError.noQueries) { try draw(.vectorChordSamples) }
            #expect(throws: SearchError.self) { try draw(.sql("DELETE FROM docs RETURNING embedding")) }
            #expect(throws: SearchError.self) { try draw(.sql("SELECT pg_catalog.pg_sleep(5)")) }
            #expect(try owner.cell("SELECT count(*) FROM docs") == "1000")

            let file = URL.temporaryDirectory.appending(path: "pgvigil-\(UUID().uuidString).txt")
            try Data("[1,2]\n[0,0]\n[3,4.5]\n".utf8).write(to: file)
            #expect(try draw(.file(path: file.path())).map(\.text) == ["[1,2]", "[3,4.5]"])
            try FileManager.default.removeItem(at: file)
            #expect(throws: SearchError.queryFile(.unreadable(path: file.path()))) {
                try draw(.file(path: file.path()))
            }
            let random = try draw(.randomUnit)
            #expect(random.count == 7)
            #expect(random.allSatisfy { VectorValue($0.text, type: .vector)?.dimensions == 16 })

            try owner.run("INSERT INTO docs SELECT id + 1000, lang, embedding FROM docs")
            probe.queries.count = 2000
            #expect(try draw(.table(excludesDuplicates: false)).count == 2000)
            #expect(try draw(.table(excludesDuplicates: true)).count == 1000)
        }
    }

    @Test(arguments: TestServer.all)
    func `where places are not to be seen, the first rows serve`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            try owner.run("GRANT SELECT (id, embedding) ON docs TO \(TestServer.reader)")
            try owner.run("CREATE TABLE none (id int PRIMARY KEY, embedding vector(16))")
            try owner.run("GRANT SELECT ON none TO \(TestServer.reader)")
            var reader = try server.connect(as: TestServer.reader, to: TestServer.database)
            let search = try reader.resolve(
                SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>"))
            let queries = try search.drawQueries(on: &reader, by: .after(.seconds(10)))
            #expect(Set(queries.compactMap(\.key)).count == 200)
            let empty = try reader.resolve(
                SearchTarget(table: "none", searched: .column("embedding"), operator: "<=>"))
            #expect(throws: SearchError.noQueries) {
                try empty.drawQueries(on: &reader, by: .after(.seconds(10)))
            }
            #expect(try empty.drawSample(on: &reader, by: .after(.seconds(10))).isEmpty)
        }
    }

    @Test(arguments: TestServer.all)
    func `settings of a role are copied as far as they are about searching`(_ server: TestServer) throws {
        try server.withDatabase { owner in
            try owner.createDocuments()
            let (role, database) = (TestServer.reader, TestServer.database)
            try owner.run("ALTER ROLE \(role) SET hnsw.ef_search = 50")
            try owner.run("ALTER ROLE \(role) SET work_mem = '8MB'")
            try owner.run("ALTER ROLE \(role) SET search_path = hidden")
            try owner.run("ALTER ROLE \(role) SET statement_timeout = '1h'")
            try owner.run("ALTER ROLE \(role) IN DATABASE \(database) SET hnsw.ef_search = 77")
            try owner.run("ALTER ROLE \(role) IN DATABASE postgres SET hnsw.ef_search = 88")
            try owner.run("ALTER DATABASE \(database) SET ivfflat.probes = 9")
            var connection = try server.connect(to: database)
            var probe = SearchProbe(
                name: "docs",
                target: SearchTarget(table: "docs", searched: .column("embedding"), operator: "<=>"))
            probe.settingsFromRole = role
            let search = try Search.resolve(probe, on: &connection, by: .after(.seconds(10)))
            #expect(search.locals == [LocalSetting("work_mem", "8MB"), LocalSetting("hnsw.ef_search", "77")])

            func effective(_ locals: [LocalSetting]) throws -> [String: String] {
                try connection.transaction(set: locals, by: .after(.seconds(10))) {
                    connection throws(PostgresError) in
                    try Search.effectiveSettings(
                        ["hnsw.ef_search", "work_mem", "ivfflat.probes", "no.such", "statement_timeout"],
                        on: &connection, by: .after(.seconds(10)))
                }
            }
            try search.loadLibrary(on: &connection, by: .after(.seconds(10)))
            #expect(
                try effective(search.locals) == [
                    "hnsw.ef_search": "77", "work_mem": "8MB", "ivfflat.probes": "9",
                    "statement_timeout": "10s",
                ])
            #expect(try effective([])["hnsw.ef_search"] == "40")
            #expect(throws: PostgresError.self) { try effective([LocalSetting("hnsw.ef_search", "99999")]) }
            probe.settingsFromRole = "nobody"
            #expect(try Search.resolve(probe, on: &connection, by: .after(.seconds(10))).locals.isEmpty)
        }
    }
}
