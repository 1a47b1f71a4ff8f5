import Collectors
import Postgres
import Testing

/// Rules about the code itself, which no compiler checks.
@Suite struct TidyTests {
    private let sources: [SourceFile]
    private let tests: [SourceFile]

    init() throws {
        sources = try SourceFile.all(under: "Sources")
        tests = try SourceFile.all(under: "Tests")
        try #require(sources.count > 50 && !tests.isEmpty)
    }

    @Test func `every collector has a file of its name, and every such file is in the catalogue`() {
        let files = sources.filter { $0.path.hasPrefix("Sources/Collectors/Catalog/") }
        let names = Collector.all.map { $0.name.replacing("_", with: "") }
        #expect(files.map { $0.name.lowercased() }.sorted() == names.sorted())
    }

    @Test func `every console's collector has a file of its name, and every such file is in the catalogue`() {
        let files = sources.filter { $0.path.contains(/^Sources\/Collectors\/Consoles\/\w+\//) }
        let names = ConsoleCollector.all.map { $0.name.replacing("_", with: "") }
        #expect(files.map { $0.name.lowercased() }.sorted() == names.sorted())
    }

    @Test func `only what stands behind a C door is unsafe`() {
        let doors = /^Sources\/(Postgres|HTTPServer|Systemd)\/|^Sources\/Exposition\/Gzip\.swift$/
        let exceptions: Set = [
            "Sources/Pools/Callbacks.swift", "Sources/Pools/CredentialFile.swift",
            "Sources/Pools/HTTPRequest+Sending.swift",
            "Sources/Runtime/EndpointThread.swift", "Sources/Runtime/Session.swift",
            "Sources/Runtime/ThreadExecutor.swift",
            "Sources/Runtime/WallClock.swift",
            "Sources/Settings/ReadFile.swift", "Sources/pgvigil/StandardError.swift",
        ]
        let inside = sources.filter { !$0.path.contains(doors) && !exceptions.contains($0.path) }
        #expect(paths(of: inside) { $0.code.contains(/\bunsafe\b/) } == [])
    }

    @Test func `nothing is taken on trust that the compiler could check`() {
        let trust = /@unche[c]ked|nonisolated\(uns[a]fe\)|\btr[y]!/
        #expect(paths(of: sources + tests) { $0.code.contains(trust) } == [])
    }

    @Test func `files fit in a head`() {
        #expect(paths(of: sources) { $0.lines.count > 250 } == [])
    }

    @Test func `lines fit on a page`() {
        #expect(paths(of: sources + tests) { $0.lines.contains { $0.count > 110 } } == [])
    }

    @Test func `nothing is left for later`() {
        #expect(paths(of: sources + tests) { $0.text.contains(/\b(TO[D]O|FIX[M]E)\b/) } == [])
    }

    @Test func `a test's name needs no escaping in XML, since reports do none`() {
        #expect(paths(of: tests) { $0.text.contains(/func `[^`\n]*["<&]/) } == [])
    }

    @Test func `no test sleeps`() {
        let calls = /Task\.sl[e]ep|(^|[^.\w])u?sl[e]ep\(/
        #expect(paths(of: tests) { $0.code.replacing("func sleep(", with: "").contains(calls) } == [])
    }

    @Test func `every statement begins with the comment that says whose it is`() {
        // The catalogue's get theirs when they are made, and consoles know no comments.
        let exceptions = /^Sources\/(Collectors\/(Catalog|Consoles)\/|Postgres\/ServerKind\.swift)/
        let others = sources.filter { !$0.path.contains(exceptions) }
        #expect(paths(of: others) { $0.text.contains(#/"(""\n\s*)?(SELECT|WITH|SHOW) /#) } == [])
    }

    @Test(arguments: Collector.all, [13, 14, 15, 16, 17, 18])
    func `a collector's statement says where its names come from`(_ collector: Collector, _ version: Int) {
        let server = ServerState(version: version * 10_000, isInRecovery: collector.audience == .standbys)
        guard collector.applies(to: server) else { return }
        for sql in collector.statements(for: server) {
            #expect(bareNames(in: sql) == [])
            #expect(!sql.contains(/\bSELECT\s+(\w+\.)?\*/))
        }
    }

    @Test func `all other statements say where their names come from`() {
        for file in sources {
            for literal in file.text.matches(of: #/"""\n\s*/\* pgvigil (?<sql>[^"]+)"""/#) {
                #expect(bareNames(in: String(literal.output.sql)) == [], "\(file.path)")
            }
        }
    }

    // MARK: -

    private func paths(of files: [SourceFile], where isSuspect: (SourceFile) -> Bool) -> [String] {
        files.filter(isSuspect).map(\.path)
    }

    /// Functions and views that a `search_path` could replace with others.
    ///
    /// What the grammar itself knows is not among them, and aggregates are left bare for the reader's sake.
    private func bareNames(in sql: String) -> [String] {
        let known: Set = [
            "and", "as", "avg", "by", "cast", "coalesce", "count", "exists", "extract", "filter", "from",
            "greatest",
            "in", "least", "max", "min", "not", "nullif", "on", "or", "over", "row", "row_number", "select",
            "sum",
            "then",
            "union", "values", "when", "where", "with",
        ]
        let code = sql.replacing(/\/\*.*?\*\//, with: "").replacing(/'[^']*'/, with: "''")
        let names = code.matches(of: /(^|[^\w.])(?<name>\w+)(?<next>[.(]?)/).map(\.output)
        let views = names.filter { $0.name.hasPrefix("pg_") && $0.next.isEmpty }
        let functions = names.filter { $0.next == "(" && !known.contains($0.name.lowercased()) }
        return (views + functions).map { String($0.name) }
    }
}
