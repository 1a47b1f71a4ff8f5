import Foundation
import Testing

@testable import Probes

/// What real servers said; only the expressions, which may have vectors in them, were taken out.
@Suite struct PlanSummaryTests {
    private static let annIndexes: Set = [
        "items_hnsw", "items_ivfflat", "parts_a_embedding_idx", "parts_b_embedding_idx", "parts_a_hnsw",
    ]

    @Test(arguments: [
        ("seq_scan_sort", PlanPath.seqScan, [13, 15, 18]), ("not_analyzed", .seqScan, [13, 18]),
        ("parallel", .seqScan, [13, 16, 17, 18]), ("nested_loop", .seqScan, [13, 16, 17, 18]),
        ("bitmap", .bitmap, [13, 15, 18]), ("btree", .otherIndex, [13, 15, 18]),
        ("hnsw", .annIndex, [16, 17, 18]), ("ivfflat", .annIndex, [16, 17, 18]),
        ("hnsw_filter", .annIndex, [16, 17, 18]), ("hnsw_join", .annIndex, [16, 17, 18]),
        ("hnsw_rerank", .annIndex, [16, 17, 18]), ("hnsw_subquery", .seqScan, [16, 17, 18]),
        ("exact", .seqScan, [16, 17, 18]), ("partitioned", .annIndex, [16, 17, 18]),
        ("partly_indexed", .seqScan, [16, 17, 18]),
    ])
    func `a plan's path is how it gets at the rows that are searched`(
        _ plan: String, _ path: PlanPath, _ versions: [Int]
    ) throws {
        for version in versions {
            #expect(try summary(of: plan, version).path == path, "PostgreSQL \(version)")
        }
    }

    @Test func `an index counts only if it is the expected one`() throws {
        #expect(try summary(of: "hnsw", 18, expected: "items_hnsw").path == .annIndex)
        #expect(try summary(of: "hnsw", 18, expected: "items_ivfflat").path == .otherIndex)
        #expect(try summary(of: "hnsw", 18, annIndexes: []).path == .otherIndex)
        #expect(try summary(of: "partitioned", 18, annIndexes: ["parts_a_embedding_idx"]).path == .otherIndex)
    }

    @Test func `all indexes of a plan are named`() throws {
        #expect(try summary(of: "hnsw_join", 18).indexNames == ["items_hnsw", "langs_pkey"])
        #expect(try summary(of: "bitmap", 13).indexNames == ["docs_lang"])
        #expect(
            try summary(of: "partitioned", 16).indexNames == [
                "parts_a_embedding_idx", "parts_b_embedding_idx",
            ])
        #expect(try summary(of: "exact", 17).indexNames == [])
    }

    @Test func `without ANALYZE nothing was measured`() throws {
        let plan = try summary(of: "not_analyzed", 18)
        #expect(plan.executionTime == nil && plan.planningTime == nil && plan.indexSearches == nil)
        #expect(plan.sharedHitBlocks == 0 && plan.sharedReadBlocks == 0 && plan.filteredRows == 0)
    }

    @Test(arguments: [13, 15, 18])
    func `blocks are those of the whole plan, times are in milliseconds`(_ version: Int) throws {
        let plan = try summary(of: "bitmap", version)
        let (root, times) = try measured("bitmap", version)
        #expect(plan.sharedHitBlocks == 109)
        #expect(plan.sharedReadBlocks == root)
        #expect(plan.executionTime == .microseconds((times[0] * 1000).rounded()))
        #expect(plan.planningTime == .microseconds((times[1] * 1000).rounded()))
    }

    @Test(arguments: [13, 18])
    func `filtered rows are those of all loops and workers`(_ version: Int) throws {
        #expect(try summary(of: "parallel", version).filteredRows == 3 * 2000)
        #expect(try summary(of: "btree", version).filteredRows == 474)
        #expect(try summary(of: "bitmap", version).filteredRows == 0)
    }

    @Test func `searches of an index are counted from PostgreSQL 18, over all loops`() throws {
        #expect(try summary(of: "hnsw", 17).indexSearches == nil)
        #expect(try summary(of: "hnsw", 18).indexSearches == 1)
        #expect(try summary(of: "hnsw_join", 18).indexSearches == 1 + 9)
        #expect(try summary(of: "nested_loop", 18).indexSearches == 20)
        #expect(try summary(of: "partitioned", 18).indexSearches == 2)
        #expect(try summary(of: "seq_scan_sort", 18).indexSearches == nil)
    }

    @Test func `nothing of a plan's text is kept`() throws {
        let json = """
            [{"Plan": {"Node Type": "Index Scan", "Index Name": "i", "Order By": "(e <-> '[0.125]')",
            "Filter": "(name = 'secret')"}}]
            """
        let plan = try #require(PlanSummary(json: json, annIndexes: ["i"], expectedIndex: nil))
        #expect(plan.path == .annIndex)
        #expect(!"\(plan)".contains("0.125") && !"\(plan)".contains("secret"))
    }

    @Test(arguments: [
        (#"{"Node Type": "Result"}"#, PlanPath.other), (#"{"Node Type": "Foreign Scan"}"#, .other),
        (#"{"Node Type": "Tid Scan"}"#, .other), (#"{"Node Type": "Append", "Plans": []}"#, .other),
        (#"{"Node Type": "Index Only Scan", "Index Name": "items_hnsw"}"#, .annIndex),
        (#"{"Node Type": "Something New", "Plans": [{"Node Type": "Seq Scan"}]}"#, .seqScan),
    ])
    func `plans of other kinds`(_ plan: String, _ path: PlanPath) {
        let json = #"[{"Plan": \#(plan)}]"#
        let summary = PlanSummary(json: json, annIndexes: Self.annIndexes, expectedIndex: nil)
        #expect(summary?.path == path)
    }

    @Test func `a partition without the index makes the plan, the worse its path the more`() {
        let order: [PlanPath] = [.annIndex, .other, .otherIndex, .bitmap, .seqScan]
        for (index, path) in order.enumerated() {
            for worse in order[index...] {
                #expect(PlanPath.worse(path, worse) == worse)
                #expect(PlanPath.worse(worse, path) == worse)
            }
        }
    }

    @Test(arguments: [
        ("InitPlan", "InitPlan 1 (returns $0)", PlanPath.annIndex), ("SubPlan", "SubPlan 1", .annIndex),
        ("InitPlan", "CTE candidates", .seqScan), ("Outer", "", .seqScan),
    ])
    func `what a filter asks of other tables is not searched, what a CTE passes on is`(
        _ relationship: String, _ name: String, _ path: PlanPath
    ) {
        let json = """
            [{"Plan": {"Node Type": "Append", "Plans": [
            {"Node Type": "Seq Scan", "Parent Relationship": "\(relationship)", "Subplan Name": "\(name)"},
            {"Node Type": "Index Scan", "Parent Relationship": "Member", "Index Name": "items_hnsw"}]}}]
            """
        let summary = PlanSummary(json: json, annIndexes: Self.annIndexes, expectedIndex: nil)
        #expect(summary?.path == path)
    }

    @Test(arguments: [
        "", "[]", "{}", "[{}]", #"[{"Plan": {}}]"#, #"[{"Plan": {"Node Type": "Result"}"#, "QUERY PLAN",
    ])
    func `what is no plan is not read`(_ json: String) {
        #expect(PlanSummary(json: json, annIndexes: [], expectedIndex: nil) == nil)
    }

    // MARK: -

    private func summary(
        of plan: String, _ version: Int, annIndexes: Set<String> = Self.annIndexes, expected: String? = nil
    ) throws -> PlanSummary {
        let json = try Self.json(of: plan, version)
        return try #require(PlanSummary(json: json, annIndexes: annIndexes, expectedIndex: expected))
    }

    /// Blocks that the root read, execution and planning time, as they stand in the text.
    private func measured(_ plan: String, _ version: Int) throws -> (blocks: Int, times: [Double]) {
        let json = try Self.json(of: plan, version)
        func first(_ key: String) throws -> Double {
            let after = try #require(json.range(of: "\"\(key)\": ")).upperBound
            return try #require(Double(json[after...].prefix { $0.isNumber || $0 == "." }))
        }
        return try (Int(first("Shared Read Blocks")), [first("Execution Time"), first("Planning Time")])
    }

    /// A file has a version's plans, each below a line with its name, with an empty line between.
    private static func json(of plan: String, _ version: Int) throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let file = folder.appending(path: "Plans/\(version).plans")
        let plans = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n\n")
        return try String(#require(plans.first { $0.hasPrefix("\(plan)\n") }).dropFirst(plan.count))
    }
}
