import Bench
import Probes

/// A sweep as a terminal shows it: a table, a plot, and the lowest value that is good enough.
struct SweepReport {
    let sweep: Sweep
    let target: Double

    private static let plotWidth = 60
    private static let plotHeight = 12

    var text: String {
        "\(table)\n\(plot)\n\(recommendation)\n"
    }

    private var table: String {
        var table = TextTable(header: [
            "", sweep.setting, "recall", "95 % interval", "p50 ms", "p95 ms", "short", "plan",
        ])
        for (letter, point) in zip(Self.letters, sweep.points) {
            table.append([
                String(letter), point.value, Self.ratio(point.recalls.mean), Self.interval(point),
                Self.milliseconds(point, .p50), Self.milliseconds(point, .p95),
                "\(point.shortResults)", point.path?.rawValue ?? "-",
            ])
        }
        return table.text()
    }

    /// Recall over the median latency, both as far as the points go; a letter for each value.
    private var plot: String {
        let points = zip(Self.letters, sweep.points).compactMap { letter, point in
            point.recalls.mean.flatMap { recall in
                Self.latencies(of: point)[.p50].map { (letter: letter, x: 1000 * $0, y: recall) }
            }
        }
        guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
            let bottom = points.map(\.y).min()
        else { return "" }
        var canvas = Array(
            repeating: Array(repeating: Character(" "), count: Self.plotWidth), count: Self.plotHeight)
        for point in points {
            let column = Self.position(of: point.x, from: left, to: right, among: Self.plotWidth)
            let row = Self.position(of: point.y, from: min(bottom, target), to: 1, among: Self.plotHeight)
            canvas[Self.plotHeight - 1 - row][column] = point.letter
        }
        let targetRow = Self.position(of: target, from: min(bottom, target), to: 1, among: Self.plotHeight)
        let rows = canvas.enumerated().map { index, cells in
            let isTarget = index == Self.plotHeight - 1 - targetRow
            let line = String(cells).replacing(" ", with: isTarget ? "." : " ")
            let label = index == 0 ? "1.000" : isTarget ? Self.ratio(target) : ""
            return "\(String(repeating: " ", count: 7 - label.count))\(label) |\(line)"
        }
        let axis = String(repeating: "-", count: Self.plotWidth)
        let (first, last) = (left.text(decimals: 2), right.text(decimals: 2))
        let gap = String(repeating: " ", count: max(1, Self.plotWidth - first.count - last.count))
        return ([" recall"] + rows + ["        +\(axis)", "         \(first)\(gap)\(last) median ms"])
            .joined(separator: "\n") + "\n"
    }

    private var recommendation: String {
        guard let point = sweep.lowest(reaching: target) else {
            guard sweep.points.contains(where: { $0.path == .annIndex }) else {
                return """
                    The planner uses the index at none of these values, so they change nothing. Where the \
                    table is only small yet, let the probe's first variant set enable_seqscan: off.
                    """
            }
            return """
                No value reaches a recall of \(Self.ratio(target)) beyond sampling error. More queries \
                (--queries) narrow the intervals; a better index (m, ef_construction, lists) raises them.
                """
        }
        return "The lowest that reaches \(Self.ratio(target)) beyond sampling error: "
            + "\(sweep.setting) = \(point.value)"
    }

    // MARK: -

    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    private static func position(of value: Double, from low: Double, to high: Double, among count: Int)
        -> Int
    {
        high > low ? Int(((value - low) / (high - low) * Double(count - 1)).rounded()) : count - 1
    }

    private static func ratio(_ value: Double?) -> String { value?.text(decimals: 3) ?? "-" }

    private static func interval(_ point: Sweep.Point) -> String {
        point.recalls.bounds.map { "\(ratio($0.lower)) to \(ratio($0.upper))" } ?? "-"
    }

    private static func latencies(of point: Sweep.Point) -> Latencies {
        Latencies(point.latencies.map { $0 / .seconds(1) })
    }

    private static func milliseconds(_ point: Sweep.Point, _ percentile: Percentile) -> String {
        latencies(of: point)[percentile].map { (1000 * $0).text(decimals: 2) } ?? "-"
    }
}
