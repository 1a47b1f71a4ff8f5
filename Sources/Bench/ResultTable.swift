/// A result as a terminal shows it.
package struct ResultTable: Sendable {
    private let result: BenchResult
    private let isColored: Bool

    package init(_ result: BenchResult, isColored: Bool) {
        self.result = result
        self.isColored = isColored
    }

    package var text: String {
        var table = TextTable(header: [
            "workload", "clients", "calls", "errors", "short", "per s", "rows/s", "p50 ms", "p95 ms",
            "p99 ms",
            "p99.9 ms", "max ms", "target", "verdict",
        ])
        for workload in result.workloads { table.append(cells(of: workload)) }
        return "\(head)\n\n\(table.text(color: colored))\(errors)"
    }

    package static func text(errors: [String: Int]) -> String {
        errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }

    // MARK: -

    private var head: String {
        let environment = result.environment
        return """
            PostgreSQL \(environment.serverVersion), pgvector \(environment.extensionVersion); \
            profile \(result.profile), \(result.rows) rows of \(result.dimensions) dimensions, \
            seed \(result.seed)
            """
    }

    private func cells(of result: WorkloadResult) -> [String] {
        let targets = (result.targets ?? []).filter { $0 != .ordinarySuccess }.map(\.text)
        let percentiles = Percentile.allCases.map { Self.milliseconds(result.latency[$0]) }
        return [result.name, "\(result.clients)", "\(result.count)", "\(result.errorCount)"]
            + ["\(result.shortResults)", result.callRate.text(decimals: 0)]
            + [result.writtenRowRate?.text(decimals: 0) ?? "-"] + percentiles
            + [
                Self.milliseconds(result.latency.maxSeconds),
                targets.isEmpty ? "-" : targets.joined(separator: ", "), result.verdict?.rawValue ?? "-",
            ]
    }

    /// Which errors there were, a line for each workload that had some.
    private var errors: String {
        let failing = result.workloads.filter { $0.errorCount > 0 }
        guard !failing.isEmpty else { return "" }
        return "\nerrors by class of SQLSTATE:\n"
            + failing.map { "  \($0.name): \(Self.text(errors: $0.errors))\n" }.joined()
    }

    static func milliseconds(_ seconds: Double?) -> String {
        seconds.map { (1000 * $0).text(decimals: 2) } ?? "-"
    }

    private func colored(_ verdict: String) -> String {
        guard isColored, let code = ["ok": 32, "slow": 33, "critical": 31][verdict] else { return verdict }
        return "\u{1B}[\(code)m\(verdict)\u{1B}[0m"
    }
}
