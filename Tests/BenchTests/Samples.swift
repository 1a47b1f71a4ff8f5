@testable import Bench

extension BenchResult {
    /// A run of two workloads on a server that never was; `factor` makes its searches slower.
    static func sample(slowerBy factor: Double = 1) -> BenchResult {
        let searches = (0..<10).map { round in
            var tally = Tally()
            tally.latencies = (1...300).map { factor * Double(10 * $0 + round - 9) / 100_000 }
            tally.rows = 3000
            return tally
        }
        var bulk = Tally()
        bulk.latencies = Array(repeating: 0.2, count: 10)
        bulk.errors = ["class 53": 2, "connection lost": 1]
        bulk.shortResults = 1
        bulk.writtenRows = 1000
        var results = [
            WorkloadResult(.search10, clients: 1, rounds: searches, targets: ServiceTargets()[.search10]),
            WorkloadResult(
                .bulkInsert, clients: 50, rounds: [bulk, Tally()], targets: ServiceTargets()[.bulkInsert]),
        ]
        for number in results.indices {
            results[number].seconds = 2
            results[number].callRate = Double(results[number].count) / 2
        }
        results[1].writtenRowRate = 500
        return BenchResult(
            program: "0.1.0", began: "2026-01-02T03:04:05Z", profile: "quick", seed: 7, rows: 5000,
            dimensions: 128,
            environment: Environment(
                serverVersion: "18.1", extensionVersion: "0.8.6", settings: ["work_mem": "4MB"],
                tableBytes: 1, indexBytes: 2),
            workloads: results)
    }
}
