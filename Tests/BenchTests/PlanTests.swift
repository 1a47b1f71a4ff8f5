import Testing

@testable import Bench

@Suite struct PlanTests {
    @Test func `a round of the full profile is a tenth of it, and all clients of the concurrent`() {
        let plan = Plan(.full)
        let sizes = Workload.allCases.map { plan.size(of: $0) }
        #expect(plan.size(of: .search10) == WorkloadSize(clients: 1, count: 100, limit: .seconds(3)))
        #expect(plan.size(of: .crossShard) == WorkloadSize(clients: 1, count: 50, limit: .seconds(3)))
        #expect(plan.size(of: .bulkInsert) == WorkloadSize(clients: 1, count: 10, limit: .seconds(3)))
        #expect(plan.size(of: .concurrent) == WorkloadSize(clients: 50, count: 20, limit: .seconds(3)))
        #expect(plan.size(of: .mixed) == WorkloadSize(clients: 10, count: nil, limit: .seconds(2)))
        #expect(sizes.filter { $0.count == nil }.count == 3)
        #expect(plan.connections == 51)
    }

    @Test func `workloads take turns, and all that read come before any that writes`() {
        let plan = Plan(.quick, workloads: [.lookup, .insert, .list])
        let expected = Array(repeating: [Workload.lookup, .list], count: 10).flatMap(\.self)
        #expect(plan.turns == expected + Array(repeating: .insert, count: 10))
        #expect(Plan(.quick).turns.count == 150)
    }

    @Test(arguments: Workload.allCases)
    func `a workload writes where one of its statements does`(_ workload: Workload) throws {
        let schema = try #require(SchemaName("pgvigil_bench_00000001"))
        let operations = workload.operations(on: Tables(in: schema, extensionSchema: "public"))
        #expect(workload.isWriting == operations.contains { $0.operation.writtenRows > 0 })
    }

    @Test(arguments: Profile.allCases)
    func `every count is large enough for a 95th percentile`(_ profile: Profile) {
        for workload in Workload.allCases {
            let size = Plan(profile).size(of: workload)
            #expect(
                size.count.map { Plan.rounds * $0 * size.clients } ?? .max >= Percentile.p95.smallestCount)
        }
    }

    @Test func `options take the place of what the profile has`() {
        let plan = Plan(.quick, rows: 100, dimensions: 2, workloads: [.lookup])
        #expect([plan.rows, plan.dimensions, plan.connections] == [100, 2, 2])
    }

    @Test(arguments: Workload.allCases)
    func `the shares of a workload's statements make a hundred`(_ workload: Workload) throws {
        let schema = try #require(SchemaName("pgvigil_bench_00000001"))
        let operations = workload.operations(on: Tables(in: schema, extensionSchema: "public"))
        #expect(operations.map(\.share).reduce(0, +) == 100)
        #expect(operations.allSatisfy { $0.operation.sql.hasPrefix("/* pgvigil bench ") })
    }

    @Test(arguments: Workload.allCases)
    func `a statement has as many parameters as values`(_ workload: Workload) throws {
        let schema = try #require(SchemaName("pgvigil_bench_00000001"))
        var draw = Draw(from: Draw.Material(Plan(.quick, rows: 100, dimensions: 2)), seed: 1)
        for (_, operation) in workload.operations(on: Tables(in: schema, extensionSchema: "a\"b")) {
            let values = operation.values(&draw)
            let numbers = operation.sql.matches(of: /\$(\d)/).compactMap { Int($0.output.1) }
            #expect(Set(numbers) == Set(1...values.count))
            #expect(operation.sql.contains(#""a""b"."#) || [.lookup, .list].contains(workload))
        }
    }
}
