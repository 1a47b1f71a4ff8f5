import Testing

@testable import Bench

@Suite struct SchemaNameTests {
    @Test(arguments: ["pgvigil_bench_00000000", "pgvigil_bench_0badcafe", "pgvigil_bench_ffffffff"])
    func `a name of ours is known again`(_ text: String) {
        #expect(SchemaName(text)?.text == text)
    }

    @Test(arguments: [
        "public", "pgvigil_bench_", "pgvigil_bench_0BADCAFE", "pgvigil_bench_+badcafe", "pgvigil_bench_123",
        "pgvigil_bench_0badcafe0", "pgvigil_bench_0badcafe;",
    ])
    func `any other name is not`(_ text: String) {
        #expect(SchemaName(text) == nil)
    }

    @Test func `the lock's second number is a signed one`() {
        #expect(SchemaName("pgvigil_bench_ffffffff")?.lock == "1885824608, -1")
    }

    @Test func `a name is another each time, and one of ours`() {
        let names = (0..<100).map { _ in SchemaName.random() }
        #expect(Set(names).count == 100)
        #expect(names.allSatisfy { SchemaName($0.text) == $0 })
    }
}
