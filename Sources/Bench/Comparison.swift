/// Two results side by side.
package struct Comparison: Sendable {
    /// Of median and p95, of the workloads that both have and have observed enough.
    package let changes: [Change]
    /// What differs besides the code and the server's load, so that numbers may differ for that reason.
    package let differences: [String]
    private let tolerance: Double

    /// A difference up to `tolerance` is none; 0.1 is a tenth.
    package init(from before: BenchResult, to after: BenchResult, tolerance: Double) {
        self.tolerance = tolerance
        let olds = Dictionary(before.workloads.map { ($0.name, $0) }) { first, _ in first }
        changes = after.workloads.flatMap { new in
            [Percentile.p50, .p95].compactMap { percentile in
                olds[new.name].flatMap { Change(of: percentile, from: $0, to: new) }
            }
        }
        differences = Self.differences(before, after)
    }

    package var isSlower: Bool { changes.contains { $0.verdict(tolerance: tolerance) == .slower } }

    package func text(isColored: Bool) -> String {
        var table = TextTable(header: [
            "workload", "of", "before ms", "after ms", "ratio", "95 % interval", "verdict",
        ])
        for change in changes { table.append(cells(of: change)) }
        let notes = differences.map { "differs: \($0)\n" }.joined()
        return "\(notes)\(notes.isEmpty ? "" : "\n")"
            + table.text { isColored ? Self.colored($0) : $0 }
    }

    // MARK: -

    private func cells(of change: Change) -> [String] {
        [
            change.workload, change.percentile.name, ResultTable.milliseconds(change.before),
            ResultTable.milliseconds(change.after), change.ratio.text(decimals: 2),
            "\(change.lower.text(decimals: 2)) to \(change.upper.text(decimals: 2))",
            change.verdict(tolerance: tolerance).rawValue,
        ]
    }

    private static func colored(_ verdict: String) -> String {
        guard let code = ["faster": 32, "slower": 31][verdict] else { return verdict }
        return "\u{1B}[\(code)m\(verdict)\u{1B}[0m"
    }

    private static func differences(_ before: BenchResult, _ after: BenchResult) -> [String] {
        let facts = [
            ("profile", before.profile, after.profile),
            ("rows", "\(before.rows)", "\(after.rows)"),
            ("dimensions", "\(before.dimensions)", "\(after.dimensions)"),
            ("seed", "\(before.seed)", "\(after.seed)"),
            ("pgvigil", before.program, after.program),
            ("PostgreSQL", before.environment.serverVersion, after.environment.serverVersion),
            ("pgvector", before.environment.extensionVersion, after.environment.extensionVersion),
        ]
        let (old, new) = (before.environment.settings, after.environment.settings)
        let settings = Set(old.keys).union(new.keys).sorted().map { ($0, old[$0] ?? "-", new[$0] ?? "-") }
        let clients = after.workloads.compactMap { workload in
            before.workloads.first { $0.name == workload.name }.map {
                ("clients of \(workload.name)", "\($0.clients)", "\(workload.clients)")
            }
        }
        return (facts + settings + clients).filter { $0.1 != $0.2 }.map { "\($0.0), \($0.1) and \($0.2)" }
    }
}
