import Exposition
import Foundation
import PoolDefinitions
import Postgres
import Testing

@testable import Collectors

/// What can be said of every console's collector without a console.
@Suite struct ConsoleCoverageTests {
    private static let metrics = ConsoleCollector.all.flatMap { $0.metrics.map(\.metric) }

    @Test func `no metric of a console has two collectors, and none is a server's`() {
        let names = Self.metrics.map(\.name) + Collector.all.flatMap { $0.columns.compactMap(\.metric?.name) }
        #expect(Set(names).count == names.count)
        let collectors = ConsoleCollector.all.map(\.name) + Collector.all.map(\.name)
        #expect(Set(collectors).count == collectors.count)
    }

    @Test(arguments: ConsoleCollector.all)
    func `a metric of a console is the same in all of its columns`(_ collector: ConsoleCollector) {
        for (metric, labels) in collector.metrics {
            let columns = collector.columns.filter { $0.metric.name == metric.name }
            #expect(Set(columns.map(\.metric)) == [metric])
            let all = columns.map { Set($0.labelNames(outOf: collector.labels.map(\.label))) }
            #expect(Set(all) == [Set(labels)], "\(metric.name)")
            #expect(Set(columns.map(\.repeats)).count == 1, "\(metric.name)")
        }
    }

    @Test(arguments: ConsoleCollector.all)
    func `a console's collector and its metrics are named after the pooler`(_ collector: ConsoleCollector) {
        #expect(collector.name.hasPrefix("\(collector.kind.rawValue)_"))
        for metric in collector.metrics.map(\.metric) {
            #expect(metric.name.description.hasPrefix("\(collector.kind.rawValue)_"))
        }
    }

    @Test(arguments: ConsoleCollector.all)
    func `a help text of a console's metric is a sentence that names the command`(
        _ collector: ConsoleCollector
    ) {
        for metric in collector.metrics.map(\.metric) {
            #expect(metric.help.hasSuffix(", from \(collector.command)."), "\(metric.name)")
            #expect(metric.help.wholeMatch(of: /(?:[A-Z1]|[a-z_]+: )[^\n]+/) != nil, "\(metric.help)")
        }
    }

    @Test func `the table in docs of poolers' metrics says from which command each comes`() throws {
        let rows = try rowsInDocumentation()
        var unused = Set(rows.map(\.pattern))
        for collector in ConsoleCollector.all {
            for name in collector.metrics.map(\.metric.name.description) {
                let fitting = rows.filter { row in
                    let ends = row.pattern.split(separator: "*", omittingEmptySubsequences: false)
                    return ends.count == 1
                        ? name == row.pattern
                        : name.hasPrefix(ends[0]) && name.hasSuffix(ends[1])
                            && name.count > ends[0].count + ends[1].count
                }
                let row = try #require(fitting.max { $0.pattern.count < $1.pattern.count }, "\(name)")
                #expect(row.command == collector.command, "\(name)")
                unused.remove(row.pattern)
            }
        }
        #expect(unused == [])
    }

    @Test(arguments: metrics)
    func `a console's metric ends in its base unit and does not stutter`(_ metric: Metric) {
        let words = metric.familyName.split(separator: "_").map(String.init)
        let scaled: Set = [
            "ms", "milliseconds", "us", "microseconds", "usec", "minutes", "kb", "percent", "count", "cnt",
            "total", "time", "avg",
        ]
        #expect(scaled.isDisjoint(with: words))
        #expect(words.dropLast().allSatisfy { $0 != "seconds" && $0 != "bytes" }, "a unit stands last")
        #expect(zip(words, words.dropFirst()).allSatisfy(!=))
        if words.contains("duration") || words.contains("age") { #expect(words.last == "seconds") }
    }

    @Test func `no family of a console takes a name that OpenMetrics keeps for another's samples`() {
        let families = Self.metrics.map { String($0.familyName) }
        #expect(Set(families).count == families.count)
        let suffixes = ["_total", "_created", "_info", "_bucket", "_count", "_sum", "_gcount", "_gsum"]
        let reserved = Set(families.flatMap { family in suffixes.map { family + $0 } })
        #expect(reserved.intersection(families).sorted() == [])
    }

    @Test func `labels of consoles are few, and Prometheus and settings keep theirs`() {
        #expect(
            ConsoleCollector.labelNames.sorted() == [
                "addr", "address", "backend_database", "cache", "database", "force_user", "host", "hostname",
                "kind", "load_balance_hosts", "node_id", "peer_id", "pool_mode", "port", "result", "role",
                "severity",
                "shard", "share", "stat", "state", "status", "type", "user",
            ])
    }

    /// Patterns of names, `pgbouncer_pool_*`, and the command that a row says they come from.
    private func rowsInDocumentation() throws -> [(pattern: String, command: String)] {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let page = try String(contentsOf: package.appending(path: "docs/names.md"), encoding: .utf8)
        return page.split(separator: "\n").flatMap { line -> [(String, String)] in
            guard let row = line.wholeMatch(of: /\| (?<names>`.*`) \| `(?<command>SHOW \w+)` \|/) else {
                return []
            }
            return row.names.matches(of: /`(?<name>[\w*]+)`/).map { (String($0.name), String(row.command)) }
        }
    }
}
