import Collectors
import Exposition
import Foundation
import Postgres
import Testing

/// What can be said of every collector without a server.
@Suite struct CoverageTests {
    private static let metrics = Collector.all.flatMap { collector in collector.columns.compactMap(\.metric) }

    @Test(arguments: Collector.all)
    func `a statement names the columns of its version, and none of another`(_ collector: Collector) {
        for server in collector.servers {
            let words = Set(
                collector.sql(for: server).split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                    .map(String.init))
            let expected = Set(collector.columnNames(on: server))
            let others = Set(collector.columns.map(\.name)).subtracting(expected)
            #expect(expected.subtracting(words).sorted() == [], "\(server.majorVersion)")
            #expect(others.intersection(words).sorted() == [], "\(server.majorVersion)")
        }
    }

    @Test(arguments: Collector.all)
    func `a statement begins with the comment that says whose it is`(_ collector: Collector) {
        for sql in collector.servers.flatMap(collector.statements) {
            #expect(sql.hasPrefix("/* pgvigil \(collector.name) */\n"))
            #expect(!sql.hasSuffix(";") && !sql.hasSuffix("\n"))
        }
    }

    @Test func `a version range of a column is not empty, and no column has two meanings`() {
        for collector in Collector.all {
            let columns = collector.columns
            #expect(columns.allSatisfy { $0.since <= $0.until ?? .max }, "\(collector)")
            #expect(columns.allSatisfy { $0.since == 0 || $0.since > collector.since }, "\(collector)")
            #expect(Set(columns.map(\.name)).count == columns.count, "\(collector)")
        }
    }

    @Test func `no metric has two collectors`() {
        let names = Self.metrics.map(\.name.description)
        #expect(Set(names).count == names.count)
        #expect(Set(Collector.all.map(\.name)).count == Collector.all.count)
    }

    @Test(arguments: metrics)
    func `a help text is a sentence that names its source`(_ metric: Metric) {
        #expect(metric.help.hasSuffix(".") && !metric.help.contains("\n"))
        #expect(metric.help.first?.isUppercase == true || metric.help.first?.isNumber == true)
        #expect(metric.help.contains(/\bpg_[a-z_]+[a-z]/))
    }

    @Test(arguments: Collector.all)
    func `a metric is named after its view and column, or docs/names.md says why not`(_ collector: Collector)
        throws
    {
        let exceptions = try exceptionsInDocumentation()
        let endings: Set = [
            "", "_seconds", "_bytes", "_ratio", "_timestamp_seconds", "_age_seconds", "_age_xids",
            "_lsn_bytes",
        ]
        for column in collector.columns {
            guard let metric = column.metric else { continue }
            let family = metric.kind == .info ? metric.name.description[...] : metric.familyName
            if exceptions.contains(where: metric.name.description.hasPrefix) { continue }
            let source = try #require(metric.help.matches(of: /\bpg_[a-z_]+[a-z]/).last?.output)
            let stem = "\(source)_\(column.name)"
            #expect(
                family.hasPrefix(stem) && endings.contains(String(family.dropFirst(stem.count))), "\(family)")
        }
    }

    @Test(arguments: metrics)
    func `a metric's name ends in its base unit and does not stutter`(_ metric: Metric) {
        // A size in bytes says both; a setting without a unit is a number.
        let name = metric.familyName.replacing("size_bytes", with: "bytes")
            .replacing("pg_settings_number", with: "pg_settings")
        let words = name.split(separator: "_").map(String.init)
        let scaled: Set = [
            "ms", "milliseconds", "us", "microseconds", "minutes", "hours", "days", "kb", "mb", "kilobytes",
            "blocks8k",
            "percent", "pct", "count", "total", "time", "number",
        ]
        #expect(scaled.isDisjoint(with: words))
        #expect(words.dropLast().allSatisfy { $0 != "seconds" }, "a unit stands last")
        #expect(zip(words, words.dropFirst()).allSatisfy(!=))
        if words.contains("size") { #expect(words.suffix(2) == ["size", "bytes"]) }
        if words.contains("timestamp") {
            #expect(metric.kind == .gauge && words.suffix(2) == ["timestamp", "seconds"])
        }
        if words.contains("age") {
            #expect(
                words.suffix(2) == ["age", "seconds"]
                    || ["xids", "mxids", "ratio"].contains(words.last ?? ""))
        }
        if words.contains("lsn") { #expect(metric.kind == .gauge && words.suffix(2) == ["lsn", "bytes"]) }
    }

    @Test func `no family takes a name that OpenMetrics keeps for another's samples`() {
        let families = Self.metrics.map { String($0.familyName) }
        #expect(Set(families).count == families.count)
        let suffixes = ["_total", "_created", "_info", "_bucket", "_count", "_sum", "_gcount", "_gsum"]
        let reserved = Set(families.flatMap { family in suffixes.map { family + $0 } })
        #expect(reserved.intersection(families).sorted() == [])
    }

    @Test func `labels are named as in the views, and only what does not move is one`() {
        let ofViews: Set = [
            "datname", "schemaname", "relname", "indexrelname", "usename", "application_name", "state",
            "backend_type", "wait_event_type", "locktype", "mode", "slot_name", "slot_type", "client_addr",
            "sync_state", "wal_status", "invalidation_reason", "object", "context", "name",
            "attname", "access_method", "phase", "option", "operator", "setting",
        ]
        let ofInfos: Set = [
            "version", "system_identifier", "plugin", "setting", "sender_host", "status",
            "opclass", "operators", "element_type", "dimensions", "partial", "expression", "type", "indexed",
            "extension", "value",
        ]
        for collector in Collector.all {
            let labels = Set(collector.columns.filter(\.isLabel).map(\.name))
            let hasInfo = collector.columns.contains { $0.metric?.kind == .info }
            #expect(
                labels.subtracting(hasInfo ? ofViews.union(ofInfos) : ofViews).sorted() == [], "\(collector)")
        }
        #expect(
            Collector.labelNames
                == Set(Collector.all.flatMap { $0.columns.filter(\.isLabel).map(\.name) }))
    }

    /// The beginnings of names that follow another rule: `pg_server_` where a table's row says `pg_server_*`.
    private func exceptionsInDocumentation() throws -> [String] {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let page = try String(contentsOf: package.appending(path: "docs/names.md"), encoding: .utf8)
        return page.matches(of: /(?m)^\|.*?`(?<name>pg_\w+_)\*`/).map { String($0.output.name) }
    }
}

extension Metric: CustomTestStringConvertible {
    package var testDescription: String { name.description }
}
