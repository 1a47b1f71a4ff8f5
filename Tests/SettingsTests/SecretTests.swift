import ProbeDefinitions
import Settings
import Testing

/// No way to print settings, or what is wrong with them, shows a secret.
@Suite struct SecretTests {
    static let canary = "c4n4ry" + String(UInt64.random(in: 1 << 60 ... .max), radix: 36)

    private static let file = """
        interval: 15s
        server:
          listen: [":9187"]
        log:
          level: debug
        servers:
          - name: a
            conninfo: host=db password=\(canary)
            labels: {env: production, zone: "b"}
            collectors:
              database: 1m
              archiver: {enabled: true, interval: 5m}
          - name: b
            host: db
            password: "\(canary)"
            sslpassword: '\(canary)'
            pooled: false
          - name: c
            password_command:
              - pass
              - \(canary)
          - name: d
            conninfo: >-
              postgresql://u:\(canary)@db/
            max_connections: 3
          - {name: e, password: \(canary), port: 5432}
          - name: f
            password_credential: main

        """

    /// Probes hold values and statements, which errors never show either.
    private static let probes = """
        servers: [{name: main}]
        search_probes:
          - name: docs
            target:
              table: \(canary)
              expression: "\(canary)::bit(8)"
              operator: "<~>"
              metric: {column: \(canary), operator: "<=>"}
              filter: lang = $1 AND kind = '\(canary)'
              filter_params: {values: [\(canary)]}
            queries: {source: file, file: /\(canary).npy}
            variants: [{name: default, set: {hnsw.ef_search: \(canary)}}]
            limits: {blackout: ["Mon 02:00-04:00 UTC"]}
        custom_probes:
          - name: hybrid
            steps:
              - sql: SELECT '\(canary)' WHERE $1 = $2
                params: [\(canary), {sql: SELECT '\(canary)'}]
                measure: true
                expect: {columns: {\(canary): {matches: \(canary)}}}

        """

    private static let lines = file.split(separator: "\n").map(String.init)

    @Test func `settings never show a secret`() throws {
        let settings = try Fixture.load(Self.file)
        for text in Self.printings(of: settings) {
            #expect(!text.contains(Self.canary))
            #expect(text.contains("(secret)"))
        }
        #expect(settings.servers[1].conninfo.revealed.contains(Self.canary))
    }

    @Test func `a file cut off anywhere shows none`() {
        let bytes = Array(Self.file.utf8)
        for end in bytes.indices { Self.expectSilence(bytes[..<end]) }
    }

    @Test func `a file of probes with a byte too few or too much anywhere shows none in its errors`() throws {
        #expect(try Fixture.load(Self.probes).servers[0].searchProbes.count == 1)
        let bytes = Array(Self.probes.utf8)
        let strange = ["\t", "\"", "'", "\n", ": ", "[", "}", "$", ";", "(", "/*", "--", "x"]
        for place in bytes.indices {
            Self.expectSilence(bytes[..<place])
            Self.expectSilence(bytes[..<place] + bytes[(place + 1)...])
            for offset in 0..<4 {
                let inserted = strange[(place + 5 * offset) % strange.count]
                Self.expectSilence(bytes[..<place] + Array(inserted.utf8) + bytes[place...])
            }
        }
    }

    @Test func `a file with a byte too much anywhere shows none`() {
        let bytes = Array(Self.file.utf8)
        let strange = [
            "\t", "\"", "'", "\n", ":", ": ", "- ", "{", "[", "]", "&", "*", "!", "#", "\\", "\u{1B}", "?",
        ]
        for place in bytes.indices {
            // Four of them at each place, others at the next: all everywhere would take long.
            for offset in 0..<4 {
                let inserted = strange[(place + 5 * offset) % strange.count]
                Self.expectSilence(bytes[..<place] + Array(inserted.utf8) + bytes[place...])
            }
        }
    }

    @Test(arguments: [
        "garbage", "\t", "  key: value", "- ", "servers:", "password: x", "'", "[", "---", "*alias",
        "!!tag x", "\(canary): 1",
        "  \(canary)", "    \(canary): {\(canary): [\(canary)]}", "interval: \(canary)",
        "    interval: \(canary)",
        "    labels: {\(canary): 1}", "    labels: [\(canary)]", "    port: \(canary)",
        "    sslmode: \(canary)",
        "    collectors: {\(canary): x}", "    pooled: \(canary)", "    conninfo: \(canary)", "%\(canary) x",
        "    password: &\(canary) x", "    password: *\(canary)", "    password: !\(canary) x",
        "    \"\\\(canary)\": 1",
    ])
    func `a file with a line of something else shows none`(_ other: String) {
        for index in Self.lines.indices {
            var replaced = Self.lines
            replaced[index] = other
            Self.expectSilence(replaced.joined(separator: "\n").utf8)
            var inserted = Self.lines
            inserted.insert(other, at: index)
            Self.expectSilence(inserted.joined(separator: "\n").utf8)
        }
    }

    @Test func `a file with lines doubled, missing, moved or indented otherwise shows none`() {
        let lines = Self.lines
        for index in lines.indices {
            for other in lines.indices {
                var moved = lines
                moved.insert(moved.remove(at: index), at: other)
                Self.expectSilence(moved.joined(separator: "\n").utf8)
                var doubled = lines
                doubled.insert(lines[index], at: other)
                Self.expectSilence(doubled.joined(separator: "\n").utf8)
            }
            for indentation in ["", " ", "   ", "\t", "        "] {
                var indented = lines
                indented[index] = indentation + lines[index].drop { $0 == " " }
                Self.expectSilence(indented.joined(separator: "\n").utf8)
            }
            var missing = lines
            missing.remove(at: index)
            Self.expectSilence(missing.joined(separator: "\n").utf8)
        }
    }

    @Test func `a file with values of other types shows none`() {
        let keys = Self.file.matches(of: /[a-z_]+:/)
        for value in [canaryList, canaryMap, "~", "1", "true", "'\(Self.canary)'", Self.canary] {
            for key in keys {
                var text = Self.file
                text.insert(contentsOf: " \(value) #", at: key.range.upperBound)
                Self.expectSilence(text.utf8)
            }
        }
    }

    private var canaryList: String { "[\(Self.canary)]" }
    private var canaryMap: String { "{\(Self.canary): \(Self.canary)}" }

    private static func expectSilence(_ bytes: some Sequence<UInt8>) {
        do throws(SettingsErrors) {
            _ = try Fixture.load(bytes)
        } catch {
            for text in printings(of: error) where text.contains(canary) {
                Issue.record("an error shows the secret")
            }
        }
    }

    private static func printings(of value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return ["\(value)", String(reflecting: value), dumped]
    }
}
